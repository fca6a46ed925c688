// What degradation does it believe in?
import { Chart, INK } from "./charts.js";
import { shown } from "./export.js";
import { MapFrames, fixed } from "./frames.js";
import { Link, Panel } from "./panel.js";
import { session } from "./session.js";

const IDENTITY = "This network has no operators: A₁ = A₂ = I, so x is compared with y as it is.";

const HEAD = `<label>channel <input type="number" min="0" step="1" value="0"></label><span class="of"></span>
  <span class="hint">Click in “all channels” to choose one. Both operators are scaled to unit Frobenius norm.</span>`;

export class Operators {
  constructor(element) {
    this.element = element;
    this.channel = 0;
    element.className = "page operators";
    this.head = Object.assign(document.createElement("div"), { className: "head", innerHTML: HEAD });
    this.body = Object.assign(document.createElement("div"), { className: "cells" });
    element.replaceChildren(this.head, this.body);
    this.number = this.head.querySelector("input");
    this.number.addEventListener("change", () => this.choose(this.number.valueAsNumber));
    session.whenSeen(element, () => this.build());
    session.on("k", () => this.draw());
  }

  get channels() { return session.main.info.channels; }

  choose(channel) {
    this.channel = Math.max(0, Math.min(this.channels - 1, Math.round(channel) || 0));
    this.fill();
  }

  build() {
    if (!session.main) return;
    this.channel = Math.min(this.channel, this.channels - 1);
    this.number.max = this.channels - 1;
    this.head.querySelector(".of").textContent = `of 0–${this.channels - 1}`;
    this.rows = session.runs.map((run) => this.row(run));
    this.overview = new Overview(session.main, (channel) => this.choose(channel));
    this.observed = new Panel({ symbol: "y↓", title: "observed features", note: "the channel of y that A₁ x A₂ should resemble", link: this.rows[0].link, source: shown("observed", () => ({ channel: this.channel })) });
    this.spectrum = new Chart({ symbol: "σ", title: "spectra at k", x: "index of σ", log: true, markK: false,
      note: `${session.runs.length > 1 ? `${session.name(session.main)}: ` : ""}this channel down to 10<sup>−5</sup>, and the middle 90 % of channels; dotted: a flat spectrum of the same norm, 1/√n; rank: effective, of A₁ · A₂` });
    this.rank = new Chart({ title: "effective rank, size of λ", note: "exp of the entropy of σ / Σσ, median over channels (n when flat); RMS of λ on the right" });
    this.body.replaceChildren(...this.rows.flatMap((row) => [...this.heading(row.run), ...row.panels.map((p) => p.element)]),
      this.overview.element, this.observed.element, this.spectrum.element, this.rank.element);
    this.fill();
    this.loadSpectra();
  }

  /** Whose the row below is, where there are several. */
  heading(run) { return session.runs.length > 1 ? [Object.assign(document.createElement("h3"), { textContent: session.name(run) })] : []; }

  row(run) {
    const matrices = new Link(), link = new Link();
    const channel = () => ({ channel: Math.min(this.channel, run.info.channels - 1) });
    const panel = (symbol, title, note, shared, what) => new Panel({ symbol, title, note, link: shared, run, source: shown(what, channel) });
    const { a1, a2, x, multiplier } = run.info.symbols;
    const panels = [
      panel(a1, "rows", "acts on rows: h × h", matrices, "a1"), panel(a2, "columns", "acts on columns: w × w", matrices, "a2"),
      panel(`${a1}${x}<sub>k</sub>${a2}`, "degraded estimate", "the estimate as the operators degrade it (Eq. 3)", link, "degraded"),
      panel(multiplier, "multiplier", "the Lagrange multiplier of u = G(x) (Eq. 14)", link, "multiplier"),
    ];
    return { run, link, panels };
  }

  fill() {
    this.number.value = this.channel;
    const c = this.channel;
    const show = (panel, run, name) => panel.show(run.array(name).then((array) => MapFrames.make(array, "diverging")));
    for (const { run, panels: [a1, a2, degraded, multiplier] } of this.rows) {
      const channel = Math.min(c, run.info.channels - 1);
      if (run.info.operators) {
        show(a1, run, `operator/a1/${channel}.npy`);
        show(a2, run, `operator/a2/${channel}.npy`);
      } else [a1, a2].forEach((panel) => panel.say(IDENTITY));
      show(degraded, run, `features/degraded/${channel}.npy`);
      show(multiplier, run, `features/multiplier/${channel}.npy`);
    }
    show(this.observed, session.main, `features/observed/${c}.npy`);
    this.overview.choose(c);
    this.drawSpectrum();
  }

  async loadSpectra() {
    const runs = session.runs.filter((run) => run.info.operators);
    this.spectra = [];
    if (!runs.length) {
      this.spectrum.say(IDENTITY);
      return this.drawRank();
    }
    [this.spectrum, this.rank].forEach((chart) => chart.metric(runs.length ? "computing …" : ""));
    const both = async (run) => ({ run, a1: await run.json("operator/a1/spectra.json"), a2: await run.json("operator/a2/spectra.json") });
    const found = await Promise.all(runs.map(both)).catch((problem) => problem);
    if (runs.some((run) => !session.runs.includes(run))) return;
    [this.spectrum, this.rank].forEach((chart) => chart.metric(found.message ?? ""));
    if (found.message) return;
    this.spectra = found;
    this.drawRank();
    this.drawSpectrum();
  }

  drawRank() {
    const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
    const tag = (run, those) => (those.length > 1 ? ` ${session.name(run)}` : "");
    const ranks = this.spectra.flatMap(({ run, a1, a2 }, i) => [a1, a2].map((s, j) => (
      { name: `A${"₁₂"[j]}${tag(run, this.spectra)}`, values: s.rank.map(median), colour: INK[j], dash: i ? "dash" : j ? "dot" : "solid" })));
    const multipliers = session.runs.map((run, i) => ({ name: `λ${tag(run, session.runs)}`, values: run.info.norms.multiplier, colour: INK[2], dash: i ? "dash" : "solid", axis: "y2" }));
    this.rank.show([...ranks, ...multipliers], { y: "effective rank", y2: "RMS of λ" });
  }

  drawSpectrum() {
    if (!this.spectra?.length) return;
    const [{ run, a1, a2 }] = this.spectra, k = run.at(session.k), c = Math.min(this.channel, a1.rank[k].length - 1);
    const floor = (values) => values.map((v) => Math.max(v, 1e-5));
    this.spectrum.show([["₁", a1], ["₂", a2]].flatMap(([index, s], j) => {
      const [low, , high] = s.quantiles[k], quiet = { markers: false, legend: false, width: 0, first: 1, colour: INK[j] };
      return [
        { ...quiet, name: "5 %", values: floor(low) },
        { ...quiet, name: "95 %", values: floor(high), fill: "tonexty", fillcolor: `${INK[j]}22` },
        { name: `A${index}`, values: s.values[k][c].map((v) => (v < 1e-5 ? null : v)), colour: INK[j], markers: false, first: 1 },
      ];
    }).concat([a1, a2].map((s, j) => ({ name: `1/√n of A${"₁₂"[j]}`, values: s.values[k][0].map(() => s.reference), colour: "gray", dash: "dot", markers: false, legend: false, first: 1 }))), { y: "σ" });
    this.spectrum.metric(`rank ${fixed(a1.rank[k][c], 2)} · ${fixed(a2.rank[k][c], 2)}`);
  }

  draw() {
    if (!this.rows) return;
    this.rows.forEach((row) => row.panels.forEach((panel) => panel.draw()));
    this.observed.draw();
    this.overview.draw();
    clearTimeout(this.settled);
    this.settled = setTimeout(() => this.drawSpectrum(), 80);
  }
}

/** Thumbnails of one operator in all channels, in a grid; a click chooses the channel. */
class Overview {
  constructor(run, choose) {
    Object.assign(this, { run, which: "a1", chosen: 0, frames: [] });
    this.panel = new Panel({ symbol: "A", title: "all channels", note: "area-averaged thumbnails, one scale; the frame marks the channel shown", run, source: () => shown(`overview-${this.which}`, () => ({ channel: this.chosen }))(), pick: (x, y) => {
      const channel = Math.floor(y / this.pitch) * this.columns + Math.floor(x / this.pitch);
      if (channel < run.info.channels) choose(channel);
    } });
    this.panel.overlay = (...place) => this.frame(...place);
    this.element = this.panel.element;
    const select = Object.assign(document.createElement("select"), { innerHTML: `<option value="a1">A₁</option><option value="a2">A₂</option>`, ariaLabel: "Operator" });
    select.addEventListener("change", () => { this.which = select.value; this.load(); });
    this.element.querySelector(".symbol").replaceChildren(select);
    this.load();
  }

  load() {
    if (!this.run.info.operators) return this.panel.say(IDENTITY);
    return this.panel.show(this.run.array(`operator/${this.which}/overview.npy`).then((array) => this.tile(array)));
  }

  /** (K, c, n, n) laid out as (K, rows·(n+1), columns·(n+1)), gaps at zero. */
  tile({ shape: [count, c, n], data }) {
    this.columns = Math.ceil(Math.sqrt(c));
    this.pitch = n + 1;
    const width = this.columns * this.pitch, height = Math.ceil(c / this.columns) * this.pitch;
    const sheet = new Float32Array(count * width * height);
    for (let k = 0; k < count; k++) for (let i = 0; i < c; i++) for (let row = 0; row < n; row++) {
      const from = ((k * c + i) * n + row) * n, [top, left] = [Math.floor(i / this.columns), i % this.columns].map((v) => v * this.pitch);
      sheet.set(data.subarray(from, from + n), (k * height + top + row) * width + left);
    }
    return MapFrames.make({ shape: [count, height, width], data: sheet }, "diverging");
  }

  choose(channel) { this.chosen = channel; this.draw(); }

  draw() { this.panel.draw(); }

  frame(context, left, top, w) {
    const unit = w / this.panel.frames.width;
    context.strokeStyle = "#D55E00";
    context.lineWidth = 2;
    context.strokeRect(left + (this.chosen % this.columns) * this.pitch * unit, top + Math.floor(this.chosen / this.columns) * this.pitch * unit, (this.pitch - 1) * unit, (this.pitch - 1) * unit);
    context.lineWidth = 1;
  }
}
