// do(): one photo under an intervention, and whether its features stay ordinary.
import { shown } from "./export.js";
import { MapFrames, PhotoFrames, fixed, format } from "./frames.js";
import { sentence } from "./kernels.js";
import { address } from "./net.js";
import { Link, Panel } from "./panel.js";
import { Section, made, usable } from "./why_section.js";

const NOTES = {
  image: "the photo restored under do(·)",
  difference: "under do(·) less without, mean of R, G, B: what the part was needed for",
};

const FORM = `<label>do <select class="kind"></select></label><span class="settings"></span>
  <label>at stages <input class="stages" type="text" placeholder="all" title="for example 1-3,5" size="8"></label>
  <button class="add" title="Combine it with what was chosen before">Add</button><button class="go">Do it</button>
  <output class="hint" role="status"></output><p class="problem" role="alert" hidden></p><span class="chosen"></span>`;

export const signed = (v, digits = 2) => (Number.isFinite(v) ? `${v > 0 ? "+" : ""}${fixed(v, digits)} dB` : "–");

/** How odd features are, in words: at the worst stage, and how many times the ordinary distance there. */
const odd = (oddity) => (oddity ? `odder than ${fixed(100 * oddity.worst, 0)} %; ${fixed(oddity.times, 1)} × at k = ${oddity.stage}` : "not known");

export class Bench extends Section {
  static about = {
    id: "bench", title: "Interventions: what happens without it?",
    read: "A part that is needed costs PSNR when it is taken away. But broken features cost PSNR as well: an effect whose features are odder than nearly all ordinary runs is breakage, not importance.",
    check: "Check: do(nothing) is the plain run, bit for bit.",
  };

  async fill() {
    const { run } = this, link = new Link();
    this.head.innerHTML = FORM;
    usable(this.head, false);
    const done = () => ({ do: this.tried[0]?.text ?? "" });
    this.result = new Panel({ symbol: "x̂<sub>N</sub>", title: "restored under do(·)", note: NOTES.image, link, run, source: shown("do-image", done) });
    this.difference = new Panel({ symbol: "Δ", title: "difference", note: NOTES.difference, link, run, source: shown("do-difference", done) });
    this.panels = [this.result, this.difference];
    Object.assign(this, { chosen: [], tried: [], table: made("div", "tried") });
    this.cells.replaceChildren(...this.panels.map((panel) => panel.element), this.table);
    this.result.say("Choose an intervention and press “Do it”.");
    this.difference.say("Nothing was done yet.");
    this.part(".add").addEventListener("click", () => { this.chosen.push(this.text()); this.list(); });
    this.part(".go").addEventListener("click", () => this.go());
    this.part(".kind").addEventListener("change", () => this.settings());
    try {
      [this.catalogue, this.plain] = await Promise.all([run.json("interventions.json"), run.json("oddity.json")]);
    } catch (problem) {
      return void this.say("", problem.message);
    }
    usable(this.head, true);
    this.part(".kind").replaceChildren(...this.catalogue.map(({ name, title, refusal }) => Object.assign(new Option(title, name), { disabled: Boolean(refusal), title: refusal ?? "" })));
    this.part(".kind").value = this.catalogue.find(({ refusal }) => !refusal)?.name;
    this.settings();
    this.history();
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
    const values = [...this.element.querySelectorAll(".settings input")].map((input) => input.value), stages = this.part(".stages").value.replaceAll(" ", "");
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
    const turn = (this.turn = Symbol()), late = () => turn !== this.turn || !this.current;
    this.say("working …");
    try {
      const effect = await run.json(`${base}/effect.json`);
      if (late()) return;
      this.say("");
      this.result.show(PhotoFrames.load([address(run.path(`${base}/image.png`))]));
      this.result.metric(Number.isFinite(effect.psnr) ? `${fixed(effect.psnr, 2)} dB` : "");
      this.difference.show(run.array(`${base}/difference.npy`).then((array) => MapFrames.make({ ...array, shape: [1, ...array.shape.slice(-2)] }, "diverging")));
      this.difference.metric(signed(effect.change));
      this.tried = [effect, ...this.tried.filter((other) => other.text !== effect.text)];
      this.history();
    } catch (problem) {
      if (!late()) this.say("", problem.message);
    }
  }

  /** Say what goes on, or what went wrong: then the pictures are of what was done before, and stand back. */
  say(text, problem = "") {
    this.part(".hint").textContent = text;
    Object.assign(this.part(".problem"), { textContent: problem, hidden: !problem });
    this.panels.forEach(({ element }) => element.classList.toggle("stale", Boolean(problem)));
  }

  /** What was done so far on this photo, the latest first; last, how odd it is before anything is done. */
  history() {
    const cell = (oddity) => `<td${oddity?.worst > 0.95 ? ' class="odd"' : ""}>${odd(oddity)}</td>`;
    const rows = this.tried.map(({ text, words, psnr, change, moved, oddity }) => `<tr><th title="${text}">${words}</th><td>${fixed(psnr, 2)}</td><td>${signed(change)}</td><td>${format(moved)}</td>${cell(oddity)}</tr>`);
    const plain = `<tr class="null"><th>nothing</th><td>${fixed(this.run.info.psnr?.at(-1), 2)}</td><td>–</td><td>0</td>${cell(this.plain.oddity)}</tr>`;
    this.table.innerHTML = `<table class="scores"><tr><th>do</th><th>PSNR / dB</th><th>change</th><th>RMS of Δ</th><th>features at their oddest</th></tr>${rows.join("")}${plain}</table>`;
    const read = "Odder: by their Mahalanobis distance, than this share of ordinary runs on other photos; ×: that distance over the ordinary one. Read it against do(nothing).";
    this.table.append(sentence(this.plain.missing ?? read), sentence("One photo: a change here is no finding. The heat map below is over a set."));
  }
}
