// Line charts over k by Plotly, with the current k marked; a click goes there.
import { Menu, csv, entries, named, ofRuns, save } from "./export.js";
import { minus } from "./frames.js";
import { address } from "./net.js";
import { sentence } from "./kernels.js";
import { session } from "./session.js";

/** Plotly, from this server; it loads while the first run is on its way. */
const plotly = new Promise((resolve, reject) => {
  const script = Object.assign(document.createElement("script"), { src: address("plotly.js") });
  script.onload = () => resolve(window.Plotly);
  script.onerror = () => reject(new Error("The chart library did not load."));
  document.head.append(script);
});

/** Colours that stay apart for colour-blind readers (Okabe and Ito), on light and dark. */
export const INK = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"];

const finite = (values) => values.map((v) => (Number.isFinite(v) ? v : null));

/** Lines as the records of a figure: what is filled down to the line before is a band; grey lines without a name, guides. */
function records(lines) {
  return lines.flatMap((line, i) => {
    const common = { name: line.name, values: finite(line.values), first: line.first ?? 0, right: line.axis === "y2" };
    if (lines[i + 1]?.fill) return [];
    if (line.fill) return [{ ...common, upto: finite(lines[i - 1].values) }];
    if (line.legend === false) return [{ ...common, guide: true }];
    return [{ ...common, marked: line.markers !== false, best: line.best ?? -1 }];
  });
}

/** Lines as CSV, a column each, row by row of x. */
function columns(x, lines) {
  const places = [...new Set(lines.flatMap((line) => line.values.map((_, i) => i + (line.first ?? 0))))].sort((a, b) => a - b);
  const rows = places.map((place) => [place, ...lines.map((line) => line.values[place - (line.first ?? 0)] ?? "")]);
  return csv([[x, ...lines.map((line) => line.name)], ...rows]);
}

export class Chart {
  /** @param about what the chart is of, in a sentence for its caption: of the runs on screen, where nothing else is said */
  constructor({ symbol = "", title, note, x = "k", log = false, markK = true, about = ofRuns }) {
    this.element = Object.assign(document.createElement("figure"), { className: "panel chart" });
    this.element.innerHTML = `<figcaption><span class="symbol">${symbol}</span><span class="title">${title}</span>
      <span class="metric"></span></figcaption><div class="plot"><div></div></div><p class="note">${note}</p>`;
    this.plot = this.element.querySelector(".plot > div");  // its size never follows its content
    Object.assign(this, { x, log, markK, about, lines: [], traces: [], drawn: false });
    this.element.querySelector("figcaption").append(new Menu(this.name, () => this.choices()).element);
    new ResizeObserver(() => this.render()).observe(this.plot);
    if (markK) session.attend(this.element, "k", () => this.mark());
  }

  /** A sentence in the chart's place. */
  say(text) {
    window.Plotly?.purge(this.plot);
    Object.assign(this, { lines: [], traces: [], drawn: false });
    this.plot.replaceChildren(sentence(text));
  }

  metric(text) { this.element.querySelector(".metric").textContent = text; }

  /** @param lines [{ name, values, first?, best?, colour?, dash?, axis? }]; values from x = first (0) on; best gets a star */
  show(lines, { y = "", y2 = "" } = {}) {
    Object.assign(this, { axes: { y, y2 }, lines });
    this.traces = lines.map((line, i) => ({
      x: line.values.map((_, k) => k + (line.first ?? 0)),
      y: this.log ? line.values.map((v) => (v > 0 ? v : null)) : line.values, name: line.name,  // a log axis has no 0
      mode: line.markers === false ? "lines" : "lines+markers",
      line: { color: line.colour ?? INK[i % INK.length], dash: line.dash ?? "solid", width: line.width ?? 1.6 },
      marker: { size: line.values.map((_, k) => (k === line.best ? 11 : 5)), symbol: line.values.map((_, k) => (k === line.best ? "star" : "circle")), line: { width: 0 } }, yaxis: line.axis ?? "y", fill: line.fill, fillcolor: line.fillcolor,
      showlegend: line.legend !== false, ...(line.quiet ? { hoverinfo: "skip" } : { text: finite(line.values).map((v) => (v === null ? "" : minus(`${Number(v.toPrecision(4))}`))), hovertemplate: "%{text}<extra>%{fullData.name}</extra>" }),
    }));
    this.drawn = false;
    if (!lines.length) return this.say("");
    if (this.plot.querySelector(".empty")) this.plot.replaceChildren();
    return this.render();
  }

  /** The title; where it is a choice, what is chosen. */
  get name() {
    const title = this.element.querySelector(".title");
    return title.querySelector("select")?.selectedOptions[0]?.text ?? title.textContent;
  }

  /** What can be done with the lines on screen. */
  choices() {
    if (!this.lines.length) return [];
    const data = () => save(new Blob([columns(this.x, this.lines)], { type: "text/csv" }), named([this.name], "csv"));
    return entries(this.descriptor(), { "Data (CSV)": data });
  }

  /** The lines on screen as a figure. */
  descriptor() {
    const { name, x, log, lines, axes: { y, y2 } } = this, mark = this.markK ? session.k : -1;
    const parameters = { name, lines: records(lines), x, y, y2, log, mark, about: this.about() };
    return { run: session.main?.info.id ?? null, kind: "chart", parameters, title: name };
  }

  /** The last iteration of the runs on screen, or of the lines where these are of others. */
  get last() { return Math.max(session.depth, ...this.traces.map((trace) => trace.x.at(-1))); }

  layout() {
    const style = getComputedStyle(this.element), ink = style.getPropertyValue("--body-text-color").trim();
    const axis = { gridcolor: style.getPropertyValue("--border-color-primary").trim(), zeroline: false, linecolor: "rgba(128,128,128,.5)", automargin: true };
    const title = (text) => ({ text, font: { size: 11 }, standoff: 4 });
    return {
      margin: { l: 44, r: this.axes.y2 ? 44 : 10, t: 6, b: 34 }, font: { family: style.fontFamily, size: 11, color: ink },
      paper_bgcolor: "transparent", plot_bgcolor: "transparent", hovermode: "x unified", autosize: true,
      hoverlabel: { bgcolor: style.getPropertyValue("--background-fill-primary").trim(), font: { size: 11 } },
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", traceorder: "normal", font: { size: 10 } }, showlegend: this.traces.filter((t) => t.showlegend).length > 1,
      xaxis: { ...axis, title: title(this.x), ...(this.markK ? { dtick: this.last > 10 ? 2 : 1, range: [-0.3, this.last + 0.3] } : {}) },
      yaxis: { ...axis, title: title(this.axes.y), type: this.log ? "log" : "linear", ...(this.log ? this.ticks() : {}) },
      yaxis2: { ...axis, title: title(this.axes.y2), overlaying: "y", side: "right", showgrid: false, tickmode: "auto", nticks: 5 },
      shapes: this.markK ? [this.marker()] : [],
    };
  }

  /** Ticks of a log axis: powers of ten, and 2 and 5 between them where few powers are spanned. */
  ticks() {
    const exponents = this.traces.flatMap((trace) => trace.y).filter((v) => v > 0).map(Math.log10);
    const first = Math.floor(Math.min(...exponents)), count = Math.ceil(Math.max(...exponents)) - first + 1;
    const powers = Array.from({ length: count }, (_, i) => first + i);
    const tickvals = powers.flatMap((e) => (count > 3 ? [10 ** e] : [10 ** e, 2 * 10 ** e, 5 * 10 ** e]));
    return { tickvals, ticktext: tickvals.map((v) => (count > 3 ? `10<sup>${minus(`${Math.round(Math.log10(v))}`)}</sup>` : `${Number(v.toPrecision(1))}`)) };
  }

  marker() {
    return { type: "line", x0: session.k, x1: session.k, y0: 0, y1: 1, yref: "paper", line: { color: "rgba(128,128,128,.9)", width: 1, dash: "dot" } };
  }

  async render() {
    if (!this.traces.length || !this.plot.offsetParent) return;
    const library = await plotly.catch((problem) => this.say(problem.message));
    if (!library) return;
    await library.react(this.plot, this.traces, this.layout(), { displayModeBar: false, responsive: false });
    if (this.markK && !this.clickable) {
      this.clickable = true;
      this.plot.on("plotly_click", ({ points }) => session.go(points[0].x));
    }
    this.drawn = true;
  }

  mark() {
    if (!this.drawn || !this.plot.offsetParent) return;
    cancelAnimationFrame(this.pending);
    this.pending = requestAnimationFrame(() => window.Plotly.relayout(this.plot, { "shapes[0].x0": session.k, "shapes[0].x1": session.k }));
  }
}
