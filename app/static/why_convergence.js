// Does it converge? The solver's own residuals, shown as tests.
import { Chart, INK } from "./charts.js";
import { ofNetwork, ofRuns } from "./export.js";
import { sentence } from "./kernels.js";
import { Job } from "./why_job.js";
import { Section } from "./why_section.js";

const CURVES = [
  { title: "relative residuals", y: "", lines: { fidelity: "data fidelity", "fixed point": "fixed point", multiplier: "multiplier" },
    note: "‖A₁xA₂ − y‖ / ‖y‖, ‖x<sub>k</sub> − x<sub>k−1</sub>‖ / ‖x<sub>k−1</sub>‖, ‖λ<sub>k</sub> − λ<sub>k−1</sub>‖ / ‖λ<sub>k−1</sub>‖; of features" },
  { title: "adjoint, merit, primal", y: "", lines: { adjoint: "adjoint", merit: "½‖F‖²", primal: "primal" },
    note: "‖A₁ᵀ(A₁xA₂ − y)A₂ᵀ‖, ½‖F<sub>k</sub>(x<sub>k−1</sub>)‖², ‖G(x) − u‖ read off the multiplier; every stage has an F of its own" },
  { title: "step size and its bound", y: "", lines: { size: "ε, as learned", admissible: "2 / (σ₁σ₁)²" },
    note: "below the dashed bound, plain gradient descent on the data term would converge" },
];
const REDUCED = "share of photos on which stage k reduces its own ½‖F‖², with 95 % intervals (Wilson); dotted: the same asked of an untrained network, and of the stages in random order";
const TRAINED = "as it is";

export class Convergence extends Section {
  static about = {
    id: "convergence", title: "Convergence, as tests",
    read: "If the stages solve the equation that they are derived from, residuals fall and every stage reduces its own merit. Nothing in training makes them.",
    check: "Check: an untrained network and shuffled stages say what falls by itself.",
  };

  async fill() {
    const { run, signal } = this;
    this.charts = CURVES.map(({ title, note }) => new Chart({ title, note, log: true, about: () => ofRuns(run) }));
    this.reduced = new Chart({ title: "does each stage reduce its own merit?", note: REDUCED, about: () => ofNetwork(run) });
    this.charts.forEach((chart) => { chart.element.hidden = true; });
    this.cells.replaceChildren(...[...this.charts, this.reduced].map((chart) => chart.element));
    const job = new Job("Compute residuals", { path: () => run.path("convergence.ndjson"), heard: ({ curves }) => curves && this.show(curves), signal });
    this.head.append(job.element);
    this.reduced.element.hidden = true;
    job.start();
    const found = await run.json("set/convergence.json").catch((problem) => ({ missing: problem.message }));
    if (!this.current) return;
    if (found.missing) return void this.cells.append(sentence(found.missing));
    this.share(found);
  }

  show(curves) {
    CURVES.forEach(({ lines, y }, i) => {
      const there = Object.entries(lines).filter(([name]) => curves[name].some((v) => v !== null));
      this.charts[i].element.hidden = !there.length;
      this.charts[i].show(there.map(([name, title]) => ({ name: title, values: curves[name], dash: name === "admissible" ? "dash" : "solid" })), { y });
    });
  }

  /** The share of photos by stage, of the network and both null models. */
  share({ reduced, photos, data }) {
    const runs = [...new Set(reduced.map(({ run }) => run))];
    const lines = runs.flatMap((name, i) => {
      const rows = reduced.filter(({ run }) => run === name), part = (key) => rows.map((row) => row[key]);
      const edge = { first: 1, colour: "rgba(0,0,0,0)", markers: false, legend: false, quiet: true };
      return [
        { name: `${name}, low`, values: part("low"), ...edge },
        { name: `${name}, high`, values: part("high"), ...edge, fill: "tonexty", fillcolor: `${INK[i]}22` },
        { name, values: part("share"), first: 1, colour: INK[i], dash: name === TRAINED ? "solid" : "dot" },
      ];
    });
    this.reduced.element.hidden = false;
    this.reduced.show(lines, { y: "share of photos" });
    this.reduced.metric(`${photos} photos of ${data} × ${reduced[0].photos / photos}`);
  }
}
