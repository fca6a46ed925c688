// Which pixels, degradations and iterations made a region of the restored photo?
import { shown } from "./export.js";
import { Link, Panel } from "./panel.js";
import { Credit } from "./why_credit.js";
import { Region } from "./why_region.js";
import { Section, made, usable } from "./why_section.js";

const MASKS = "This network has masks: steps, to which training lends a slope that attributions see as well. So the completeness gap of slopes does not close with more steps; what masks do is asked by interventions.";
const FIRST = ["moves", "saliency"];  // the quickest of each sort: by iteration, by pixel

export class Attribution extends Section {
  static about = {
    id: "attribution", title: "Attribution: what made this region?",
    read: "Draw a region, choose what is explained and from which baseline: from the clean photo credit is for the degradation alone, from a blurred one for structure.",
    check: "Check: credit must sum to the change (completeness gap, 0 is best); a map must foresee what taking squares back does (infidelity, 1 is no better than guessing the mean), and not jump when the photo barely moves (sensitivity).",
  };

  async fill() {
    const { run, signal } = this, link = new Link();
    const photo = new Panel({ symbol: "x̂<sub>k</sub>", title: "region on the estimate", note: "drag in “Draw region”, or type the numbers above", link, run, source: shown("estimate") });
    this.region = new Region(run, photo, () => this.draw());
    photo.show(run.estimates());
    this.head.append(this.region.element, made("span", "choices", `<label>explain <select class="metric-of"></select></label> <label>baseline <select class="baseline"></select></label><output class="hint" role="status"></output>`));
    usable(this.head, false);
    const ask = () => ({ region: this.region.text, metric: this.part(".metric-of").value, baseline: this.part(".baseline").value });
    this.credits = FIRST.map((first) => new Credit({ run, link, region: this.region, ask, signal, first }));
    this.panels = [photo, ...this.credits.map((credit) => credit.panel)];
    this.cells.append(photo.element, ...this.credits.map((credit) => credit.element));
    if (run.info.modules.length) this.part(".check").textContent += ` ${MASKS}`;
    try {
      const form = await run.json("attribution.json");
      if (!this.current) return;
      usable(this.head, true);
      this.part(".metric-of").replaceChildren(...form.metrics.map(({ name, title, known }) => Object.assign(new Option(title, name), { disabled: !known })));
      this.part(".metric-of").value = form.metrics.find(({ known }) => known).name;
      this.part(".baseline").replaceChildren(...form.baselines.map((name) => new Option(name, name)));
      this.region.set(form.region.split(",").map(Number));
      await Promise.all(this.credits.map((credit) => credit.open()));
    } catch (problem) {
      this.part(".choices .hint").textContent = problem.message;
      this.credits.forEach((credit) => credit.close(problem.message));
    }
  }
}
