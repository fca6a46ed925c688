// Does the network know which degradation it sees, better than the baseline?
import { Journey, about, download, opened } from "./atlas.js";
import { Controls } from "./controls.js";
import { Menu, entries } from "./export.js";
import { loadPalettes } from "./frames.js";
import { card, legend, shades } from "./items.js";
import { Readings } from "./readings.js";
import { Scatter } from "./scatter.js";
import { session } from "./session.js";
import { Verdicts } from "./verdicts.js";

const NOTE = "Scroll to zoom, drag to pan, Shift and drag to select, double click to see all. ★ is your photo, the line its path over k.";

const TEMPLATE = `
  <div class="head controls">
    <label>embedded <select data-field="source"></select></label>
    <label>map <select data-field="method"></select></label>
    <span class="settings"></span>
    <label>at <select data-field="reach"><option value="k">this k</option><option value="all">every k</option></select></label>
    <button data-do="compute">Compute</button><button data-do="cancel" hidden>Cancel</button>
    <output class="hint" role="status"></output>
  </div>
  <div class="atlas"><div class="maps"></div><aside><label class="shade">colour <select data-field="shade"></select></label><div class="legend"></div><div class="card"></div></aside></div>
  <div class="below"></div>`;

/** @param choices gives what can be done with the map */
const map = (network, others, choices) => {
  const figure = Object.assign(document.createElement("figure"), { className: "panel" });
  const options = others.map(({ name, title }) => `<option value="${name}"${name === network ? " selected" : ""}>${title} · ${name}</option>`).join("");
  figure.innerHTML = `<figcaption><span class="title"><select aria-label="Network">${options}</select></span><span class="metric"></span></figcaption><p class="note"></p>`;
  const scatter = new Scatter();
  figure.querySelector("figcaption").after(scatter.element);
  const made = { figure, scatter, network };
  figure.querySelector("figcaption").append(new Menu(`map of ${network}`, () => choices(made)).element);
  return made;
};

export class Embeddings {
  constructor(element) {
    this.element = Object.assign(element, { className: "page embeddings" });
    element.innerHTML = `<p class="empty">Loading …</p>`;
    // A page that nobody looks at fetches nothing.
    const seen = new IntersectionObserver(([entry]) => {
      if (!entry.isIntersecting) return;
      seen.disconnect();
      this.open().catch((problem) => { element.innerHTML = `<p class="empty"></p>`; element.firstChild.textContent = problem.message; });
    });
    seen.observe(element);
  }

  async open() {
    [this.bank, this.palette] = [await about(), (await loadPalettes()).sequential];
    const count = this.bank.renditions.length;
    this.classes = Uint8Array.from({ length: this.bank.photos.length * count }, (_, i) => i % count);
    Object.assign(this, { off: new Set(), selected: new Set(), hovered: -1 });
    this.element.innerHTML = TEMPLATE;
    this.controls = new Controls(this.element, this.bank);
    const [first, second] = this.bank.networks;
    this.maps = [first, second ?? first].map(({ name }) => map(name, this.bank.networks, (each) => this.taken(each)));
    this.element.querySelector(".maps").append(...this.maps.map(({ figure }) => figure));
    this.verdicts = new Verdicts(this.bank, (i) => this.hover(i));
    this.readings = new Readings(this.bank);
    this.element.querySelector(".below").append(this.verdicts.element, this.readings.element);
    this.wire();
    this.controls.choices();
    session.attend(this.element, "k", () => this.step());
    session.attend(this.element, "runs", () => this.stars());
    await this.change();
  }

  wire() {
    this.element.addEventListener("change", (event) => this.changed(event.target));
    this.element.querySelector("[data-do=compute]").addEventListener("click", () => this.compute());
    this.element.querySelector("[data-do=cancel]").addEventListener("click", () => this.stop("Cancelled."));
    this.maps.forEach(({ scatter }) => {
      scatter.muted = (i) => this.off.has(this.classes[i]) || (this.selected.size > 0 && !this.selected.has(i));
      scatter.addEventListener("hover", ({ detail }) => this.hover(detail.point));
      scatter.addEventListener("open", ({ detail }) => this.restore(detail.point));
      scatter.addEventListener("select", ({ detail }) => this.select(detail.points));
    });
  }

  changed(target) {
    const i = this.maps.findIndex(({ figure }) => figure.contains(target));
    if (i >= 0) this.maps[i].network = target.value;
    const { field } = target.dataset;
    if (field === "shade") return this.colour();
    if (field === "source" || field === "method" || i >= 0) { this.controls.choices(); return this.change(); }
    return this.say("Press Compute.");
  }

  say(text) { this.element.querySelector(".hint").textContent = text; }

  held({ network }) { return this.bank.networks.find(({ name }) => name === network).sources[this.controls.source]; }

  /** Another source, method or network: shown at once where no computing is needed. */
  async change() {
    const { source, method } = this.controls;
    this.readings.show(source, this.maps.map(({ network }) => network));
    this.colour();
    const settled = method === "PCA" || (method === "t-SNE" && source === "x");
    if (settled) return this.compute("all");
    this.stop("Press Compute.");
    this.maps.forEach((each) => { if (!this.held(each)) this.blank(each); });
    return undefined;
  }

  stop(text = "") {
    this.work?.abort();
    this.busy(false);
    this.say(text);
  }

  busy(now) {
    this.element.querySelector("[data-do=compute]").hidden = now;
    this.element.querySelector("[data-do=cancel]").hidden = !now;
  }

  blank(each) {
    each.journey = null;
    each.scatter.clear();
    each.scatter.say(`${each.network} has no such quantity.`);
  }

  async compute(reach = this.controls.field("reach").value) {
    this.stop();
    const work = this.work = new AbortController();
    this.busy(true);
    const notes = this.maps.map(() => "");
    await Promise.all(this.maps.map(async (each, i) => {
      const held = this.held(each);
      if (!held) return this.blank(each);
      const k = Math.max(held.ks[0], Math.min(session.k, held.ks.at(-1)));
      const journey = new Journey(this.controls.wanted(each.network, reach === "all" ? "all" : k));
      const heard = (note) => {
        notes[i] = note;
        this.say(notes.filter(Boolean).join(", "));
        if (journey.frames.size) { each.journey = journey; this.place(each); }
      };
      return journey.load(work.signal, heard);
    })).then(() => this.finished(reach), (problem) => { if (!work.signal.aborted) this.stop(problem.message); });
  }

  async finished(reach) {
    this.busy(false);
    this.say(reach === "all" ? "" : `Maps of k = ${this.maps.map(({ journey }) => journey?.ks[0] ?? "–").join(" and ")}.`);
    await this.stars();
  }

  /** One's own photo on both maps. */
  async stars() {
    const run = session.main?.info.id;
    this.maps.forEach(({ journey }) => { if (journey) journey.star = []; });
    if (!run) return;
    const placed = this.maps.map(async (each) => {
      await each.journey?.place(run, this.work?.signal).catch((problem) => { if (problem.name !== "AbortError") each.problem = problem.message; });
      this.place(each);
    });
    this.verdicts.show(this.maps.filter((each) => this.held(each)).map(({ network }) => network), this.controls.source);
    await Promise.all(placed);
    // Which run the stars on the maps are of: there may have been no maps yet to place them on.
    if (this.maps.every(({ journey }) => journey?.star.length)) this.element.dataset.placed = run;
  }

  step() {
    this.maps.forEach((each) => this.place(each));
    this.verdicts.step();
    this.readings.step();
  }

  place(each) {
    const { journey, scatter, figure } = each;
    if (!journey?.frames.size) return;
    const k = journey.nearest(session.k);
    scatter.say("");
    scatter.star = journey.path(session.k);
    scatter.show(journey.frames.get(k), journey.bounds);
    figure.querySelector(".metric").textContent = `k = ${k}`;
    scatter.canvas.setAttribute("aria-label", `map of ${each.network}, k = ${k}`);
    figure.querySelector(".note").textContent = each.problem ?? NOTE;
  }

  /** The colour of each point, and the legend that says so. */
  colour() {
    this.shades = shades(this.bank, this.classes, this.controls.field("shade").value, this.maps.map(({ network }) => network), this.palette);
    this.maps.forEach(({ scatter }, i) => scatter.describe({ classes: this.classes, shades: this.shades.points[i] }));
    this.legend();
  }

  legend() {
    const toggle = (q) => { this.off.delete(q) || this.off.add(q); this.legend(); this.draw(); };
    this.element.querySelector(".legend").replaceChildren(...legend(this.bank.renditions, this.off, toggle, this.shades));
  }

  draw() { this.maps.forEach(({ scatter }) => scatter.draw()); }

  hover(i) {
    if (i === this.hovered) return;
    this.hovered = i;
    const count = this.bank.renditions.length, p = Math.floor(i / count);
    // The photo under the pointer first, then as the others see it.
    const family = i < 0 ? [] : [i, ...Array.from({ length: count }, (_, q) => p * count + q).filter((j) => j !== i)];
    this.maps.forEach(({ scatter }) => { scatter.ringed = family; scatter.draw(); });
    this.card(i);
  }

  card(i) {
    if (i < 0) return this.tell();
    return this.element.querySelector(".card").replaceChildren(...card(this.bank, i));
  }

  /** What is selected, or how to. */
  tell() {
    const place = this.element.querySelector(".card"), size = this.selected.size;
    place.innerHTML = size ? `<p>${size} of ${this.classes.length} items selected</p><button data-do="csv">Save CSV</button> <button data-do="clear">Clear</button>` : `<p class="hint">Point at an item to see it in both maps, ringed with its photo's other renditions; click to open it in the stepper.</p>`;
    place.querySelector("[data-do=clear]")?.addEventListener("click", () => this.select([]));
    place.querySelector("[data-do=csv]")?.addEventListener("click", () => this.save());
  }

  select(points) {
    this.selected = new Set(points);
    this.draw();
    this.tell();
  }

  save(maps = this.maps, items = [...this.selected]) {
    const there = maps.filter(({ journey }) => journey).map(({ journey }) => journey.wanted);
    return download(there, session.k, items).catch((problem) => this.say(problem.message));
  }

  /** What can be done with one map on screen. */
  taken(each) {
    if (!each.journey?.frames.size) return [];
    const points = () => this.save([each], [...this.classes.keys()]);
    return entries(this.controls.figure(each.journey.wanted, session.k), { "Points (CSV)": points });
  }

  async restore(i) {
    const photo = Math.floor(i / this.bank.renditions.length);
    if (!this.bank.files[photo]) return this.say(`${this.bank.photos[photo]} is not on this machine: start with --photos FOLDER to open it.`);
    this.say("Opening …");
    const names = [...new Set(this.maps.map(({ network }) => network))].slice(0, session.runs.length || 1);
    return opened(i, names).then((infos) => { session.show(infos); this.say(`${infos[0].title} is in the stepper.`); }, (problem) => this.say(problem.message));
  }
}
