// Who did what: every term of every iteration, its direct effect and its total one.
import { Chart, INK } from "./charts.js";
import { ofRuns, shown } from "./export.js";
import { MapFrames, fixed, format } from "./frames.js";
import { Link, Panel } from "./panel.js";
import { Job } from "./why_job.js";
import { Section, made } from "./why_section.js";

const TERMS = { operator: "operator term", prior: "prior term" };
const NOTES = {
  operator: "−Up(ε<sub>k</sub> W₃ A₁ᵀA₁F A₂A₂ᵀ): what the operators added at this k, mean of R, G, B; at k = 0 the start x̂<sub>0</sub> − y",
  plain: "what the residual F added at this k, mean of R, G, B: this network has no operators, A₁ = A₂ = I; at k = 0 the start x̂<sub>0</sub> − y",
  prior: "−Up(ε<sub>k</sub> P(F)): what the learned prior added at this k, mean of R, G, B",
  share: "⟨effect, x̂<sub>N</sub> − y⟩ / ‖x̂<sub>N</sub> − y‖², signed. Direct: what the term added itself; with the start these sum to 1. Total (dashed): the output less the output without the term, all that follows computed again; these need not sum to 1.",
  removed: "share of each known layer that iteration k took away, both terms together, and in all (beside its name); below 0 it was added. Least squares on all layers at once.",
};

export class Ledger extends Section {
  static about = {
    id: "ledger", title: "Ledger: who did what",
    read: "The decoder is linear, so output less input splits exactly into two terms of every iteration.",
    check: "Check: the terms must sum to the output.",
  };

  async fill() {
    const { run } = this, link = new Link(), about = () => ofRuns(run);
    const noted = (name) => NOTES[name === "operator" && !run.info.operators ? "plain" : name];
    const terms = Object.entries(TERMS).map(([name, title]) => new Panel({ symbol: name === "prior" ? "P" : "A", title, note: noted(name), link, run, source: shown(`${name}-term`) }));
    this.share = new Chart({ title: "share of the change", note: NOTES.share, about });
    this.removed = new Chart({ title: "when does each layer leave?", note: NOTES.removed, about });
    this.panels = terms;
    this.cells.replaceChildren(...[...terms, this.share, this.removed].map((part) => part.element));
    const maps = Promise.all(Object.keys(TERMS).map(async (name) => MapFrames.make(await run.array(`ledger/${name}.npy`), "diverging", 1))).then(MapFrames.share);
    terms.forEach((panel, i) => panel.show(maps.then((all) => all[i])));
    this.share.metric("computing …");
    try {
      const { rows, error, layers } = await run.json("ledger.json");
      if (!this.current) return;
      this.part(".check").textContent = `Check: the terms sum to the output but for ${format(error)} at most.`;
      this.charts(rows, layers);
      this.totals();
    } catch (problem) {
      this.share.metric("");
      this.head.replaceChildren(made("p", "empty"));
      this.head.firstChild.textContent = problem.message;
    }
  }

  of(term, value) { return this.rows.filter((row) => row.term === term).map(value); }

  charts(rows, layers) {
    Object.assign(this, { rows, start: rows.find((row) => row.term === "start") });
    this.shares({});
    this.share.metric(`start ${fixed(this.start.share, 2)}`);
    if (!layers.length) return this.removed.say("The layers are known only of a photo that was degraded here.");
    const both = (name) => this.of("operator", (row) => row.removed[name]).map((v, k) => v + this.of("prior", (row) => row.removed[name])[k]);
    const lines = layers.map((name, i) => ({ name, values: [this.start.removed[name], ...both(name)], colour: INK[i] }));
    const total = ({ name, values }) => `${name} ${fixed(100 * values.reduce((a, b) => a + b), 0)} %`;
    return this.removed.show(lines.map((line) => ({ ...line, name: total(line) })), { y: "share of the layer" });
  }

  /** Direct effects, and as many total ones as there are. */
  shares(totals) {
    const direct = Object.keys(TERMS).map((term, i) => ({ name: term, values: this.of(term, (row) => row.share), first: 1, colour: INK[i] }));
    const total = Object.keys(TERMS).map((term, i) => ({ name: `${term}, total`, values: totals[term] ?? [], first: 1, colour: INK[i], dash: "dash" }));
    this.share.show([...direct, ...total.filter((line) => line.values.length)], { y: "share" });
  }

  totals() {
    const { run, signal } = this, cost = run.depth + 1;  // 2 N runs of half the network each
    const job = new Job("Compute total effects", { path: () => run.path("ledger/total.ndjson"), heard: (line) => this.shares(line.shares), signal });
    job.say(`takes about ${cost} runs of the network`);
    this.head.replaceChildren(job.element);
  }
}
