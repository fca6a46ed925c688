// Which part did the work, and how do we know?
import { Chart, INK } from "./charts.js";
import { MapFrames, PhotoFrames, fixed, format } from "./frames.js";
import { sentence } from "./kernels.js";
import { address } from "./net.js";
import { Link, Panel } from "./panel.js";
import { session } from "./session.js";

const TERMS = { operator: "operator term", prior: "prior term" };
const NOTES = {
  operator: "−Up(ε<sub>k</sub> W₃ A₁ᵀA₁F A₂A₂ᵀ): what the operators added at this k, mean of R, G, B; at k = 0 the start x̂<sub>0</sub> − y",
  prior: "−Up(ε<sub>k</sub> P(F)): what the learned prior added at this k, mean of R, G, B",
  share: "⟨contribution, x̂<sub>N</sub> − y⟩ / ‖x̂<sub>N</sub> − y‖²: signed, 1 in sum. Direct effects: what a term does to later iterations is not counted.",
  removed: "share of each known layer that iteration k took away, both terms together, and in all (beside its name); below 0 it was added. Least squares on all layers at once.",
  image: "the photo restored under do(·)",
  difference: "under do(·) less without, mean of R, G, B: what the part was needed for",
};

const FORM = `<h3>Interventions</h3>
  <div class="head"><label>do <select class="kind"></select></label><span class="settings"></span>
    <label>at stages <input class="stages" type="text" placeholder="all" title="for example 1-3,5" size="8"></label>
    <button class="add" title="Combine it with what was chosen before">Add</button><button class="go">Do it</button>
    <span class="chosen"></span><output class="hint" role="status"></output></div>`;

const signed = (v) => (Number.isFinite(v) ? `${v < 0 ? "−" : "+"}${Math.abs(v).toFixed(2)} dB` : "–");

export class Why {
  constructor(element) {
    Object.assign(this, { element, chosen: [], tried: [] });
    element.className = "page why";
    session.whenSeen(element, () => this.build());
    session.on("k", () => this.panels?.forEach((panel) => panel.draw()));
  }

  build() {
    const run = session.main;
    if (!run) return;
    const link = new Link();
    Object.assign(this, { run, link, chosen: [], tried: [] });
    const terms = Object.entries(TERMS).map(([name, title]) => new Panel({ symbol: name === "prior" ? "P" : "A", title, note: NOTES[name], link, run }));
    this.share = new Chart({ title: "share of the change", note: NOTES.share });
    this.removed = new Chart({ title: "when does each layer leave?", note: NOTES.removed });
    this.result = new Panel({ symbol: "x̂<sub>N</sub>", title: "restored under do(·)", note: NOTES.image, link, run });
    this.difference = new Panel({ symbol: "Δ", title: "difference", note: NOTES.difference, link, run });
    this.panels = [...terms, this.result, this.difference];
    const books = this.section("ledger", `<h3>Ledger: who did what</h3><p class="lead"></p>`, [...terms, this.share, this.removed]);
    this.bench = this.section("bench", FORM, [this.result, this.difference]);
    this.table = Object.assign(document.createElement("div"), { className: "tried" });
    this.bench.querySelector(".cells").append(this.table);
    this.element.replaceChildren(books, this.bench);
    this.ledger(run, terms);
    this.form(run);
  }

  section(name, head, parts) {
    const section = Object.assign(document.createElement("section"), { className: name, innerHTML: `${head}<div class="cells"></div>` });
    section.querySelector(".cells").append(...parts.map((part) => part.element));
    return section;
  }

  async ledger(run, terms) {
    const maps = Promise.all(Object.keys(TERMS).map(async (name) => MapFrames.make(await run.array(`ledger/${name}.npy`), "diverging", 1))).then(MapFrames.share);
    terms.forEach((panel, i) => panel.show(maps.then((all) => all[i])));
    const lead = this.element.querySelector(".lead");
    lead.textContent = "computing …";
    try {
      const { rows, error, layers } = await run.json("ledger.json");
      if (run !== this.run) return;
      lead.textContent = `The decoder is linear, so output less input splits exactly into two terms of every iteration; here the sum is off by ${format(error)} at most.`;
      this.charts(rows, layers);
    } catch (problem) {
      lead.textContent = problem.message;
    }
  }

  charts(rows, layers) {
    const of = (term, value) => rows.filter((row) => row.term === term).map(value), start = rows.find((row) => row.term === "start");
    this.share.show(Object.keys(TERMS).map((term, i) => ({ name: TERMS[term], values: of(term, (row) => row.share), first: 1, colour: INK[i] })), { y: "share" });
    this.share.metric(`start ${fixed(start.share, 2)}`);
    if (!layers.length) return this.removed.say("The layers are known only of a photo that was degraded here.");
    const both = (name) => of("operator", (row) => row.removed[name]).map((v, k) => v + of("prior", (row) => row.removed[name])[k]);
    const lines = layers.map((name, i) => ({ name, values: [start.removed[name], ...both(name)], colour: INK[i] }));
    const total = ({ name, values }) => `${name} ${fixed(100 * values.reduce((a, b) => a + b), 0)} %`;
    return this.removed.show(lines.map((line) => ({ ...line, name: total(line) })), { y: "share of the layer" });
  }

  part(name) { return this.bench.querySelector(name); }

  async form(run) {
    this.result.say("Choose an intervention and press “Do it”.");
    this.difference.say("Nothing was done yet.");
    this.part(".add").addEventListener("click", () => { this.chosen.push(this.text()); this.list(); });
    this.part(".go").addEventListener("click", () => this.go());
    this.part(".kind").addEventListener("change", () => this.settings());
    try {
      this.catalogue = await run.json("interventions.json");
    } catch (problem) {
      this.part(".hint").textContent = problem.message;
      return;
    }
    this.part(".kind").replaceChildren(...this.catalogue.map(({ name, title, refusal }) => Object.assign(new Option(title, name), { disabled: Boolean(refusal), title: refusal ?? "" })));
    this.part(".kind").value = this.catalogue.find(({ refusal }) => !refusal)?.name;
    this.settings();
  }

  settings() {
    const kind = this.catalogue.find(({ name }) => name === this.part(".kind").value);
    this.part(".settings").replaceChildren(...Object.entries(kind?.settings ?? {}).map(([name, value]) => {
      const label = Object.assign(document.createElement("label"), { textContent: `${name} ` });
      label.append(Object.assign(document.createElement("input"), { name, value, size: 5 }));
      return label;
    }));
  }

  text() {
    const values = [...this.bench.querySelectorAll(".settings input")].map((input) => input.value), stages = this.part(".stages").value.replaceAll(" ", "");
    return `${this.part(".kind").value}${values.length ? `=${values.join(":")}` : ""}${stages ? `@${stages}` : ""}`;
  }

  list() {
    const remove = (i) => { this.chosen.splice(i, 1); this.list(); };
    this.part(".chosen").replaceChildren(...this.chosen.map((text, i) => {
      const chip = Object.assign(document.createElement("button"), { textContent: `${text} ×`, title: "Take it out" });
      chip.addEventListener("click", () => remove(i));
      return chip;
    }));
  }

  /** Do what was chosen, or what the form says where nothing was. */
  async go() {
    const { run } = this, text = (this.chosen.length ? this.chosen : [this.text()]).join(" + "), base = `do/${encodeURIComponent(text)}`;
    this.part(".hint").textContent = "computing …";
    try {
      const effect = await run.json(`${base}/effect.json`);
      if (run !== this.run) return;
      this.part(".hint").textContent = "";
      this.result.show(PhotoFrames.load([address(run.path(`${base}/image.png`))]));
      this.result.metric(Number.isFinite(effect.psnr) ? `${fixed(effect.psnr, 2)} dB` : "");
      this.difference.show(run.array(`${base}/difference.npy`).then((array) => MapFrames.make({ ...array, shape: [1, ...array.shape.slice(-2)] }, "diverging")));
      this.difference.metric(signed(effect.change));
      this.tried = [effect, ...this.tried.filter((other) => other.text !== effect.text)];
      this.history();
    } catch (problem) {
      this.part(".hint").textContent = problem.message;
    }
  }

  /** What was done so far on this photo, the latest first. */
  history() {
    const rows = this.tried.map(({ text, psnr, change, moved }) => `<tr><th>${text}</th><td>${fixed(psnr, 2)}</td><td>${signed(change)}</td><td>${format(moved)}</td></tr>`);
    this.table.innerHTML = `<table class="scores"><tr><th>do</th><th>PSNR / dB</th><th>change</th><th>RMS of Δ</th></tr>${rows.join("")}</table>`;
    this.table.append(sentence("One photo: a change here is no finding. Over a set with intervals: python -m analysis.interventions."));
  }
}
