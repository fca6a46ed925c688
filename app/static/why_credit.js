// One answer to the question about a region: a method on a network, its map, and how far to trust it.
import { Chart } from "./charts.js";
import { ofRuns } from "./export.js";
import { MapFrames, fixed, format } from "./frames.js";
import { npyText, readNpy } from "./npy.js";
import { Panel } from "./panel.js";
import { session } from "./session.js";
import { Job } from "./why_job.js";
import { made, usable } from "./why_section.js";

const MAP = "red raised the number that is explained, blue lowered it; for an error, red did harm";

/** A map out of a line of JSON. */
const unpacked = (text) => readNpy(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);

const percent = new Set(["completeness gap"]);

export class Credit {
  /** @param run whose credit comes first; @param ask gives { region, metric, baseline } as the form above says them; @param first the method to begin with */
  constructor({ run, link, region, ask, signal, first }) {
    Object.assign(this, { ask, first });
    this.element = made("div", "credit", `<div class="head"><label>method <select class="method"></select></label>
      <label class="of-run">network <select class="run"></select></label><label class="effort"><span></span> <input type="number" min="1" step="1"></label></div>
      <div class="shown"></div><table class="scores numbers"></table><p class="what"></p>`);
    this.panel = new Panel({ symbol: "φ", title: "credit", note: MAP, link, run, source: () => this.figure() });
    this.panel.overlay = (...place) => region.paint(...place);
    this.chart = new Chart({ title: "credit by iteration", note: "in units of the metric", about: () => ofRuns(this.run) });
    this.job = new Job("Explain", { path: () => this.path(), heard: (line) => this.heard(line), signal });
    this.table = made("div", "rows");
    this.part(".head").append(this.job.element);
    this.part(".shown").append(this.panel.element, this.chart.element, this.table);
    this.part(".run").replaceChildren(...session.runs.map((run, i) => new Option(session.name(run), i)));
    this.part(".run").value = session.runs.indexOf(run);
    this.part(".of-run").hidden = session.runs.length < 2;
    this.part(".method").addEventListener("change", () => this.choose());
    this.part(".run").addEventListener("change", () => this.open());
    this.part(".effort input").addEventListener("input", () => this.cost());
    this.close();
  }

  part(name) { return this.element.querySelector(name); }

  get run() { return session.runs[Number(this.part(".run").value)] ?? session.main; }

  get method() { return this.form.methods.find(({ name }) => name === this.part(".method").value); }

  /** Nothing can be asked until it is known what there is. */
  close(said = "Loading the methods …") {
    this.job.leave();
    this.clear(said);
    usable(this.part(".head"), false);
    this.part(".run").disabled = false;
  }

  /** Read what the network of this column offers. */
  async open() {
    const chosen = this.part(".method").value || this.first, { run } = this;
    this.close();
    const form = await run.json("attribution.json").catch((problem) => ({ missing: problem.message }));
    if (run !== this.run) return;  // another was chosen meanwhile
    if (form.missing) return void this.close(form.missing);
    this.form = form;
    usable(this.part(".head"), true);
    this.part(".method").replaceChildren(...this.form.methods.map(({ name, title, refusal }) => Object.assign(new Option(title, name), { disabled: Boolean(refusal), title: refusal ?? "" })));
    this.part(".method").value = chosen;
    this.choose();
  }

  choose() {
    const { unit, note, start } = this.method;
    this.part(".what").innerHTML = note;
    this.part(".effort").hidden = !unit;
    this.part(".effort span").textContent = unit === "squares" ? "squares of / px" : unit;
    this.part(".effort input").value = start;
    this.job.leave();
    this.clear();
    this.cost();
  }

  clear(said = "Press “Explain”.") {
    this.panel.run = this.run;
    this.panel.say(said);
    [this.panel.element.hidden, this.chart.element.hidden] = [false, true];
    this.table.replaceChildren();
    this.part(".numbers").replaceChildren();
  }

  get effort() { return this.part(".effort").hidden ? 0 : this.part(".effort input").valueAsNumber; }

  /** How long it will take, in runs of the network, from what the one on screen took. */
  cost() {
    const { unit, each, fixed: always } = this.method, { effort } = this, [height, width] = this.run.info.size;
    const units = unit === "squares" ? Math.ceil(height / effort) * Math.ceil(width / effort) : unit ? effort : 0;
    const runs = always + each * units, seconds = runs * this.form.seconds;
    const text = Number.isFinite(seconds) ? `about ${seconds < 10 ? format(seconds) : fixed(seconds, 0)} s (${fixed(runs, 0)} runs)` : "";
    this.job.say(seconds > this.form.budget ? `long: ${text}` : text);
  }

  /** The map on screen as a figure: its numbers, colours and part; of what was asked when it was made. */
  figure() {
    const { method, region, metric, baseline, effort } = this.asked, { frames, k, link: { zoom, x, y } } = this.panel;
    const { height, width } = frames, [low, high] = frames.limits(k), [rows, columns] = this.run.info.size;
    const measure = { lam: "detail", cem: "psnr" }[method.name] ?? metric, { title } = this.form.metrics.find(({ name }) => name === measure);
    const set = [method.unit && `${effort} ${method.unit === "squares" ? "px squares" : method.unit}`, method.baseline && `baseline ${baseline}`].filter(Boolean);
    const [top, left, tall, wide] = region.split(",");
    const at = frames.count > 1 ? `, k = ${k}` : "", about = [`region of ${wide} × ${tall} px from row ${top}, column ${left}`, ...set, ofRuns(this.run)].join("; ");
    return { kind: "matrix", parameters: {
      name: `${method.title}${at}`, packed: npyText(frames.slice(k), height, width), low, high, role: "diverging", zoom, x, y,
      unit: `credit${method.name === "saliency" ? " per unit of light" : ""}: ${title}`, about, pixels: height === rows && width === columns,
    } };
  }

  path() {
    const { region, metric, baseline } = this.ask();
    if (!(Number.isInteger(this.effort) && this.effort >= 0)) throw new Error("The setting must be a whole number.");
    this.clear();
    this.asked = { method: this.method, region, metric, baseline, effort: this.effort };
    return this.run.path(`attribution/${encodeURIComponent([this.method.name, region, metric, baseline, this.effort].join(";"))}.ndjson`);
  }

  heard({ map, first = 0, curves, rows, numbers }) {
    if (map) this.panel.show(MapFrames.make(unpacked(map), "diverging", first));
    if (curves) this.curves(curves, first);
    if (rows) this.rows(rows);
    if (numbers) this.numbers(numbers);
  }

  curves(curves, first) {
    this.chart.element.hidden = false;
    this.chart.show(Object.entries(curves).map(([name, values]) => ({ name, values, first })), { y: "credit" });
  }

  rows(rows) {
    this.panel.element.hidden = true;
    const body = rows.map(([name, shapley, ablation]) => `<tr><th>${name}</th><td>${format(shapley)}</td><td>${format(ablation)}</td></tr>`);
    this.table.innerHTML = `<table class="scores"><tr><th>what each is worth</th><th>Shapley</th><th>left out alone</th></tr>${body.join("")}</table>`;
  }

  numbers(numbers) {
    const value = (name, v) => (v === null ? "–" : percent.has(name) ? `${fixed(100 * v, 1)} %` : format(v));
    this.part(".numbers").innerHTML = Object.entries(numbers).map(([name, v]) => `<tr><th>${name}</th><td>${value(name, v)}</td></tr>`).join("");
  }
}
