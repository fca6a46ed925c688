// Where do the masks fire, and how do the kernels change?
import { Menu, asMatrix, entries, ofRuns, shown, tableEntries } from "./export.js";
import { MaskFrames, format, loadPalettes } from "./frames.js";
import { grid, sentence, table } from "./kernels.js";
import { Panel } from "./panel.js";
import { session } from "./session.js";

const NONE = "has no explainable convolutions: its kernels are the same for every photo.";

const UNITS = { strength: "median over channels of max |k²α − 1|", occupancy: "share of places over τ, median over channels" };

const SKELETON = `
  <div class="head"><label>module <select class="module"></select></label>
    <label>channel <input class="channel" type="number" min="0" step="1" value="0"></label><span class="of"></span>
    <button class="strongest">strongest channel</button><span class="hint"></span></div>
  <div class="columns"><div class="left"></div><div class="right">
    <figure class="panel glance"><figcaption><span class="title">where to look</span>
      <select class="measure" aria-label="Measure"><option value="strength">strength of modulation</option><option value="occupancy">occupancy of masks</option></select>
      <span class="metric"></span></figcaption><div class="table"></div>
      <p class="note">median over channels of max |k²α − 1|, or share of places over the threshold; click a cell to go there</p></figure>
    <div class="kernels"></div>
    <figure class="panel sum"><figcaption><span class="title">one output, as a sum</span><span class="metric"></span></figcaption>
      <div class="where"><label>at row <input class="row" type="number" min="0"></label> <label>column <input class="column" type="number" min="0"></label></div>
      <div class="terms"><p class="empty">Click a place in the mask, or name it here, to see its patch, its kernel and their weighted sum.</p></div>
      <p class="note">Y = Σ X ⊙ W̃ + b around that place, computed again from the stored state x<sub>k−1</sub> (Eq. 20)</p></figure></div></div>`;

export class Convolutions {
  constructor(element) {
    Object.assign(this, { element, module: 0, channel: 0, place: null });
    element.className = "page convolutions";
    session.whenSeen(element, () => this.build());
    session.on("k", () => this.draw());
    new ResizeObserver(() => this.draw()).observe(element);  // k may have moved while another tab was open
  }

  part(name) { return this.element.querySelector(name); }

  async build() {
    const run = session.main, turn = (this.turn = Symbol());
    Object.assign(this, { data: null, place: null, sum: null });  // nothing to draw until this run's numbers are here
    if (!run) return;
    if (!run.info.modules.length) return this.say(`${session.name(run)} ${NONE}`);
    this.element.inert = true;
    const found = await Promise.all([run.json("convolutions.json"), loadPalettes()]).catch((problem) => problem);
    if (turn !== this.turn) return;
    if (found.message) return this.say(found.message);
    this.element.inert = false;
    const [data, palettes] = found;
    Object.assign(this, { run, data, palettes, module: Math.min(this.module, data.modules.length - 1) });
    this.element.innerHTML = SKELETON;
    this.mask = new Panel({ symbol: "M", title: "mask over the photo", note: "places where X exceeds the learned threshold τ of this channel (Eq. 16); lines: the regions that pooling averages", run, from: 1, pick: (x, y) => this.pick(x, y),
      source: shown("mask", () => ({ module: this.data.modules[this.module], channel: this.channel })) });
    this.mask.overlay = (...place) => this.regions(...place);
    this.part(".left").append(this.mask.element);
    this.part(".hint").textContent = `k is the stage: the stepper moves it.${session.runs.length > 1 ? ` ${session.name(run)} is shown.` : ""}`;
    this.part(".module").replaceChildren(...data.modules.map((name, i) => new Option(name, i)));
    this.part(".module").addEventListener("change", (event) => this.choose(Number(event.target.value), this.channel));
    this.part(".channel").addEventListener("change", (event) => this.choose(this.module, event.target.valueAsNumber));
    this.part(".strongest").addEventListener("click", () => this.strongest());
    this.part(".measure").addEventListener("change", () => this.glance());
    this.part(".where").addEventListener("change", () => this.typed());
    const menu = new Menu("kernels", () => entries(this.kernelsShown(), {}));
    menu.button.textContent = "⤓ kernels";
    this.part(".strongest").after(menu.element);
    this.part(".glance figcaption").append(new Menu("where to look", () => tableEntries(this.run, this.glanced)).element);
    this.part(".sum figcaption").append(new Menu("one output, as a sum", () => this.sumShown()).element);
    this.choose(this.module, this.channel);
  }

  say(text) {
    this.element.inert = false;
    this.element.replaceChildren(sentence(text));
  }

  /** The stage that is looked at: convolutions run from k = 1 on. */
  get k() { return Math.max(1, this.run.at(session.k)); }

  choose(module, channel) {
    const count = this.data.channels[module];
    Object.assign(this, { module, channel: Math.max(0, Math.min(count - 1, Math.round(channel) || 0)) });
    this.part(".module").value = module;
    this.part(".channel").max = count - 1;
    this.part(".channel").value = this.channel;
    this.part(".of").textContent = `of 0–${count - 1}`;
    this.mask.detail = `${this.data.modules[module]}-c${this.channel}`;
    const frames = Promise.all([this.run.array(`masks/${module}/${this.channel}.npy`), this.run.photo("input")]);
    this.ready = frames.then(([array, photo]) => new MaskFrames(array, photo, [230, 97, 1]));
    this.mask.show(this.ready);
    this.draw();
  }

  strongest() {
    const values = this.data.strength[this.module][this.k];
    if (values) this.choose(this.module, values.indexOf(Math.max(...values)));
  }

  draw() {
    if (!this.data || !this.element.offsetParent) return;
    this.mask.draw();
    this.glance();
    this.kernels();
    clearTimeout(this.settled);  // the server runs an iteration again for a sum: not at every step of a walk
    if (this.place) this.settled = setTimeout(() => this.pick(...this.place), 150);
  }

  /** Mask and kernels on screen, side by side as a figure. */
  kernelsShown() {
    const { run, data, module, channel, k } = this;
    const parameters = { photo: "@run", ks: [k], module: data.modules[module], channel };
    return { run: run.info.id, kind: "convolutions", parameters, title: `mask and kernels, k = ${k}, ${run.info.family}` };
  }

  /** Overview: modules by stages. */
  glance() {
    const { value: measure, selectedOptions: [{ text: name }] } = this.part(".measure"), { data, run } = this;
    const median = (values) => values && [...values].sort((a, b) => a - b)[values.length >> 1];
    const rows = data[measure].map((stages) => stages.slice(1).map(median));
    const known = rows.flat().filter(Number.isFinite), limits = [Math.min(...known), Math.max(...known)], columns = rows[0].map((_, i) => i + 1);
    this.glanced = { name, rows: data.modules, columns, corner: "k =", values: rows, limits, role: "sequential", unit: UNITS[measure], about: ofRuns(run) };
    table(this.part(".glance .table"), rows, {
      palette: this.palettes.sequential, limits, columns, rows: data.modules,
      chosen: [this.module, this.k - 1], pick: (module, column) => { this.choose(module, this.channel); session.go(column + 1); },
    });
    const absent = !data.occupancy[this.module][this.k];
    this.part(".glance .metric").textContent = session.k === 0 ? "k = 0: stage 1 is shown" : absent ? `${data.modules[this.module]} does not run at k = ${this.k}` : "";
  }

  /** What can be done with the sum on screen: patch and kernel, side by side, or pinned one by one. */
  sumShown() {
    if (!this.sum) return [];
    const { patch, modulated, total, bias, where } = this.sum, run = this.run.info.id;
    const about = `${where}, of ${ofRuns(this.run)}; their weighted sum ${format(total - bias)} and the bias ${format(bias)} are the output ${format(total)}`;
    const one = (name, values, unit) => ({ run, title: `${name}, ${where}`, ...asMatrix({ name, rows: [], columns: [], values, limits: symmetric(values), role: "diverging", unit, about }) });
    const parts = [one("patch of X", patch, "feature"), one("kernel for this photo", modulated, "weight")];
    const panels = parts.map(({ kind, parameters }) => ({ kind, parameters }));
    return entries({ run, kind: "board", parameters: { panels, columns: 2 }, title: `sum, ${where}` }, {}, parts);
  }

  kernels() {
    const { module, channel, k, data } = this, host = this.part(".kernels"), pooled = data.pooled[module][k];
    const occupancy = data.occupancy[module][k]?.[channel];
    this.mask.metric(occupancy === undefined ? "not run at this k" : `on in ${(100 * occupancy).toFixed(1)} % of places`);
    if (!pooled) return host.replaceChildren();
    const factors = data.modulation[module][k][channel], mean = factors.flat().reduce((a, b) => a + b) / factors.flat().length;
    const modulation = factors.map((row) => row.map((v) => v / mean - 1)), kernel = data.kernel[module][k][channel];
    const modulated = kernel.map((row, i) => row.map((w, j) => w * factors[i][j])), reach = Math.max(...kernel.flat().map(Math.abs));
    const { sequential, diverging } = this.palettes;
    return host.replaceChildren(
      grid("P", "pooled occupancy (Eq. 17)", pooled[channel], sequential, [0, 1]),
      grid("k²α − 1", "modulation of the taps, k the kernel's side (Eq. 18)", modulation, diverging, symmetric(modulation)),
      grid("W", "kernel as learned", kernel, diverging, [-reach, reach]),
      grid("W̃", "kernel for this photo (Eq. 19)", modulated, diverging, [-reach, reach]));
  }

  /** Borders of the k x k regions over which the mask is averaged (they overlap where sizes do not divide). */
  regions(context, left, top, w, h) {
    const { width, height } = this.mask.frames;
    context.strokeStyle = "rgba(255, 255, 255, .75)";
    context.beginPath();
    const kernel = this.data?.kernel[this.module][this.k]?.[0] ?? [], n = kernel.length;
    for (let i = 1; i < n; i++) for (const side of [Math.floor, Math.ceil]) {
      const x = left + (side((i * width) / n) / width) * w, y = top + (side((i * height) / n) / height) * h;
      context.moveTo(x, top); context.lineTo(x, top + h);
      context.moveTo(left, y); context.lineTo(left + w, y);
    }
    context.stroke();
    if (!this.place) return;
    const [x, y] = this.place, half = (n - 1) / 2;
    context.strokeStyle = "#fff";
    context.lineWidth = 2;
    context.strokeRect(left + ((x - half) / width) * w, top + ((y - half) / height) * h, (n / width) * w, (n / height) * h);
    context.lineWidth = 1;
  }

  /** The place that the two fields say, once they both do. */
  async typed() {
    const { height, width } = await this.ready.catch(() => ({})), [row, column] = [this.part(".row"), this.part(".column")];
    const within = (field, size) => Math.max(0, Math.min(size - 1, Math.round(field.valueAsNumber)));
    if (height && row.value && column.value) this.pick(within(column, width), within(row, height));
  }

  async pick(x, y) {
    this.place = [x, y];
    this.part(".row").value = y;
    this.part(".column").value = x;
    this.mask.draw();
    const { run, module, channel, k } = this, host = this.part(".sum .terms"), turn = (this.asked = Symbol());
    this.sum = null;
    const where = `${this.data.modules[module]}, channel ${channel}, row ${y}, column ${x}, stage ${k}`;
    const show = (...parts) => { this.part(".sum .metric").textContent = where; host.replaceChildren(...parts); };  // never over another's numbers
    if (!this.data.pooled[module][k]) return show(sentence(`${this.data.modules[module]} does not run at k = ${k}.`));
    try {
      const sum = await run.json(`sum/${k}/${module}/${channel}/${y}/${x}.json`);
      if (turn !== this.asked) return;
      this.sum = { ...sum, where };
      const { diverging } = this.palettes, reach = (rows) => symmetric(rows);
      const sign = (html) => Object.assign(document.createElement("b"), { innerHTML: html });
      show(grid("X", "patch", sum.patch, diverging, reach(sum.patch)), sign("⊙"),
        grid("W̃", "kernel", sum.modulated, diverging, reach(sum.modulated)),
        sign(`Σ + b = ${format(sum.total - sum.bias)} ${sum.bias < 0 ? "−" : "+"} ${format(Math.abs(sum.bias))} = <u>${format(sum.total)}</u><small>network: ${format(sum.output)} · τ = ${format(sum.threshold)}</small>`));
    } catch (problem) {
      if (turn === this.asked) show(sentence(problem.message));
    }
  }
}

const symmetric = (rows) => {
  const reach = Math.max(...rows.flat().map(Math.abs), 1e-6);
  return [-reach, reach];
};
