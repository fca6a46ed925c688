// Do the masks find the degradation? Stages by modules, beside what is to be beaten.
import { ofNetwork, ofRuns } from "./export.js";
import { fixed } from "./frames.js";
import { sentence } from "./kernels.js";
import { Clearing } from "./why_clearing.js";
import { Heat } from "./why_heat.js";
import { Job } from "./why_job.js";
import { Section, made } from "./why_section.js";

const KINDS = { R: "rain", H: "haze", N: "noise (control)" };
const ANSWERS = ["margin", "mask", "margin, less clean", "mask, less clean", "|x|"];
const NOTES = {
  run: "AUROC of the best channel of each convolution for the places where the degradation of this photo is strongest: chosen on another drawing of the same degradation, scored on this one, and the other way round. 0.5 is chance.",
  set: "the same over a set of photos: chosen on one half, scored on the other; one degradation at a time. Hover for 95 % intervals.",
};

const shown = (value) => (Number.isFinite(value?.low) ? `${fixed(value.mean, 2)} [${fixed(value.low, 2)}, ${fixed(value.high, 2)}]` : fixed(value?.mean, 2));

/** A table of cells, and the null models and baselines of the same degradation in a sentence. */
class Found {
  constructor(title, note, run, about) {
    this.heat = new Heat({ title, note, unit: "AUROC", run, about });
    this.title = title;
    this.beside = made("div", "beside");
    this.element = made("div", "found");
    this.element.append(this.heat.element, this.beside);
  }

  show(cells, kind, answer) {
    const of = (want) => cells.filter((cell) => Object.entries(want).every(([name, value]) => (cell[name] ?? "trained") === value));
    const ours = of({ network: "trained", kind, answer, truth: "truth" }).filter(({ k }) => k > 0);
    if (!ours.length) return this.heat.say(`There is no ${KINDS[kind]} in what was measured.`);
    const stages = [...new Set(ours.map(({ k }) => k))], modules = [...new Set(ours.map(({ module }) => module))];
    const at = new Map(ours.map((cell) => [`${cell.module} ${cell.k}`, cell]));
    const cell = (found) => found && { value: found.value.mean, said: `${found.module}, k = ${found.k}: AUROC ${shown(found.value)}` };
    this.heat.show(stages, modules.map((name) => ({ name, cells: stages.map((k) => cell(at.get(`${name} ${k}`))) })), { role: "sequential", limits: [0.5, Math.max(0.6, ...ours.map(({ value }) => value.mean))], corner: "k =", name: `${answer}, ${KINDS[kind]}, ${this.title}` });
    const rows = this.rivals(of, kind, answer).filter(([, found]) => found).map(([name, found]) => `<tr><th>${name}</th><td>${shown(found.value)}</td></tr>`);
    this.beside.innerHTML = `<table class="scores">${rows.join("")}</table>`;
  }

  rivals(of, kind, answer) {
    const one = (want) => of({ network: "trained", truth: "truth", kind, ...want }).find(({ k }) => k === 0);
    return [
      [`${answer}, best of all convolutions`, one({ answer })],
      ["the same search, truth rolled by half the photo", one({ answer, truth: "rolled truth" })],
      ["the same search, another truth", one({ answer, truth: "another photo's truth" })],
      ["the same search in the untrained network", one({ answer, network: "untrained" })],
      ["to beat: |x| of all convolutions", one({ answer: "|x|" })],
      ["to beat: |gradient| of the photo", one({ answer: "|gradient|" })],
      ["to beat: light of the photo", one({ answer: "light" })],
    ];
  }
}

export class Localisation extends Section {
  static about = {
    id: "localisation", title: "Localisation: do the masks find the degradation?",
    read: "Bright cells: a channel there fires where the degradation is. It means something only above the null models and the baselines below.",
    check: "Check: the same search for truth that is rolled away must stay near 0.5. Noise is as strong everywhere: what is found of it is the noise itself, not a place.",
  };

  async fill() {
    const { run, signal } = this;
    if (!run.info.modules.length) return this.leaveOut();
    Object.assign(this, { mine: new Found("this photo", NOTES.run, run, () => ofRuns(run)), set: new Found("over a set of photos", NOTES.set, run, () => ofNetwork(run)), cellsOf: {} });
    const options = (values) => Object.entries(values).map(([name, text]) => `<option value="${name}">${text}</option>`).join("");
    this.head.innerHTML = `<label>degradation <select class="kind">${options(KINDS)}</select></label> <label>answer <select class="answer">${options(Object.fromEntries(ANSWERS.map((name) => [name, name])))}</select></label>`;
    this.head.addEventListener("change", () => this.show());
    const job = new Job("Score this photo", { path: () => run.path("localisation.ndjson"), heard: (line) => this.heard(line), signal });
    job.say("every channel of every convolution is ranked, on the middle of the photo");
    this.head.append(job.element);
    this.clearings();
    this.cells.replaceChildren(...[this.mine, this.set, this.cleared.mine, this.cleared.set].map(({ element }) => element));
    this.mine.heat.say("Press “Score this photo”.");
    this.set.heat.say("Loading …");
    const found = await run.json("set/localisation.json").catch((problem) => ({ missing: problem.message }));
    if (!this.current) return;
    if (found.missing) return void this.set.heat.say(found.missing);
    this.set.heat.metric(`${found.photos} photos of ${found.data}, middle ${found.side} px`);
    this.cellsOf.set = found.cells;
    this.show();
    if (!found.cleared) return;
    this.cleared.set.head.append("Masks cleared over a set of photos");
    this.cleared.set.show(found.cleared, `${found.photos} photos of ${found.data}`);
  }

  /** Of a network without masks there is one thing to say. */
  leaveOut() {
    this.part(".lead").hidden = true;
    this.cells.replaceChildren(sentence(`${this.run.info.family} has no explainable convolution, so no mask that could find anything.`));
  }

  /** What it does to switch masks off where the rain is: over the set, and on this photo when asked. */
  clearings() {
    const { run, signal } = this, mine = new Clearing("the range over these areas", () => ofRuns(run));
    const heard = (line) => mine.show(line, `this photo, middle ${line.side} px`);
    const job = new Job("Clear the masks of this photo", { path: () => run.path("clearings.ndjson"), heard, signal });
    job.say("off in the streaks, then in equal random areas; on the middle of the photo");
    mine.head.append(job.element);
    this.cleared = { mine, set: new Clearing("95 % intervals over photos", () => ofNetwork(run)) };
  }

  heard({ cells, side }) {
    if (!cells) return;
    this.cellsOf.mine = cells;
    this.mine.heat.metric(`middle ${side} px`);
    this.show();
  }

  show() {
    const [kind, answer] = [".kind", ".answer"].map((name) => this.part(name).value);
    for (const [name, cells] of Object.entries(this.cellsOf)) this[name].show(cells, kind, answer);
  }
}
