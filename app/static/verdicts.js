// What the probe of each network says about one's own photo at this k, and which items lie nearest.
import { verdict } from "./atlas.js";
import { fixed } from "./frames.js";
import { sentence } from "./kernels.js";
import { CLASSES } from "./marks.js";
import { session } from "./session.js";

const KINDS = { H: ["haze", "β × 100 ="], R: ["rain", "density"], N: ["noise", "σ × 255 ="] };

export class Verdicts {
  /** @param point called with an item that the pointer is on, or -1 */
  constructor(bank, point) {
    this.element = Object.assign(document.createElement("section"), { className: "verdicts" });
    Object.assign(this, { bank, point, networks: [] });
  }

  show(networks, source) {
    Object.assign(this, { networks: [...new Set(networks)], source });
    return this.ask();
  }

  /** Asked once k rests: a probe is fitted where none was before. */
  step() {
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.ask(), 200);
  }

  async ask() {
    const run = session.main, asked = this.asked = {};
    if (!run) return;
    const found = await Promise.all(this.networks.map((name) => this.one(name, run.info.id)));
    if (this.asked !== asked) return;
    const head = Object.assign(document.createElement("h3"), { textContent: `Your photo: ${run.info.title}` });
    const note = sentence("Its middle square goes through each network and is placed on the maps; nothing is fitted again. The probe is a logistic regression on the bank at this k.");
    this.element.replaceChildren(head, ...found, note);
  }

  async one(name, run) {
    const network = this.bank.networks.find((each) => each.name === name), { ks } = network.sources[this.source];
    const k = Math.max(ks[0], Math.min(session.k, ks.at(-1)));
    const part = Object.assign(document.createElement("div"), { className: "verdict" });
    try {
      const found = await verdict(name, this.source, k, run);
      part.innerHTML = `<h4>${network.title}, k = ${k}: <b>${found.name}</b> ${fixed(100 * found.rendition[found.name], 0)} %</h4>${this.bars(found)}${this.levels(found)}`;
      part.append(this.near(found.neighbours));
    } catch (problem) {
      part.innerHTML = `<h4>${network.title}</h4>`;
      part.append(sentence(problem.message));
    }
    return part;
  }

  bars({ rendition }) {
    const rows = Object.entries(rendition).map(([name, p], q) => `<tr><th>${name}</th><td><i style="width:${100 * p}%;background:${CLASSES[q].colour}"></i></td><td>${fixed(100 * p, 0)} %</td></tr>`);
    return `<table class="bars">${rows.join("")}</table>`;
  }

  levels({ present, level }) {
    const parts = Object.entries(KINDS).map(([kind, [name, unit]]) => `${name} ${fixed(100 * present[kind], 0)} % (${unit} ${fixed(level[kind], 0)})`);
    return `<p class="hint">Each alone: ${parts.join(", ")}.</p>`;
  }

  near(neighbours) {
    const count = this.bank.renditions.length, place = Object.assign(document.createElement("p"), { className: "near" });
    place.append("Nearest: ", ...neighbours.flatMap(({ item, distance }, i) => {
      const text = `${this.bank.photos[Math.floor(item / count)]} ${this.bank.renditions[item % count]}`;
      const button = Object.assign(document.createElement("button"), { textContent: text, title: `distance ${fixed(distance, 2)}` });
      for (const [event, value] of [["pointerenter", item], ["focus", item], ["pointerleave", -1], ["blur", -1]]) button.addEventListener(event, () => this.point(value));
      return i ? [", ", button] : [button];
    }));
    return place;
  }
}
