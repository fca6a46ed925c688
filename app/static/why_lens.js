// The unfolding lens: what photo is on the network's mind after iteration k?
import { Chart, INK } from "./charts.js";
import { MapFrames, PhotoFrames, fixed } from "./frames.js";
import { ofRuns, shown } from "./export.js";
import { address } from "./net.js";
import { Link, Panel } from "./panel.js";
import { session } from "./session.js";
import { Section, made } from "./why_section.js";

const NOTES = {
  raw: "decode(x<sub>k</sub>): the final head on an intermediate state, which it was never trained on",
  tuned: "decode(x<sub>k</sub> + B<sub>k</sub> x<sub>k</sub> + b<sub>k</sub>): first translated by one affine map per stage, fitted on the frozen network",
  gap: "tuned less raw, mean of R, G, B: what the raw lens gets wrong only because stage k speaks another dialect",
  psnr: "against the clean photo; shaded: the gap between both lenses, which is no merit of any iteration",
  distance: "root mean square distance from the final photo; shaded: the gap between both lenses",
};

export class Lens extends Section {
  static about = {
    id: "unfolding", title: "Unfolding lens: the photo at every k",
    read: "Where both lenses agree, the photo of iteration k is really there; where they do not, trust the tuned one.",
    check: "Check: at k = N both must be the output itself.",
  };

  async fill() {
    const { run } = this;
    this.cells.replaceChildren(made("p", "empty", "Loading …"));
    const found = await run.json("lens.json").catch((problem) => ({ missing: problem.message }));
    if (!this.current) return;
    this.cells.replaceChildren(made("p", "empty"));
    this.cells.firstChild.textContent = found.missing ?? "";
    if (found.missing) return;
    this.found = found;
    this.show();
  }

  show() {
    const { run, found } = this, link = new Link();
    const panel = (symbol, title, note, source = null) => new Panel({ symbol, title, note, link, run, source });
    const [raw, tuned, gap] = [panel("x̂<sub>k</sub>", "raw lens", NOTES.raw, shown("estimate")), panel("x̂<sub>k</sub>", "tuned lens", NOTES.tuned, shown("tuned")), panel("Δ", "gap between the lenses", NOTES.gap, shown("lens-gap"))];
    Object.assign(this, { panels: [raw, tuned, gap], raw, tuned });
    const drawn = found.psnr ? { title: "PSNR at k", note: NOTES.psnr } : { title: "distance from the final photo", note: NOTES.distance, log: true };
    this.chart = new Chart({ ...drawn, about: () => ofRuns(run) });
    this.cells.replaceChildren(...[...this.panels, this.chart].map((part) => part.element));
    raw.show(run.estimates());
    const names = Array.from({ length: run.depth + 1 }, (_, k) => address(run.path(`lens/${k}.png`)));
    tuned.show(run.keep("tuned lens", () => PhotoFrames.load(names)));
    gap.show(run.array("lens/gap.npy").then((array) => MapFrames.make(array, "diverging")));
    this.curves();
    this.checks();
    this.draw();
  }

  curves() {
    const { psnr, distance } = this.found, { raw, tuned } = psnr ?? distance;
    const edge = { colour: "rgba(0,0,0,0)", markers: false, legend: false, quiet: true };
    this.chart.show([
      { ...edge, name: "gap, tuned", values: tuned },
      { ...edge, name: "gap", values: raw, fill: "tonexty", fillcolor: "rgba(128,128,128,.2)" },
      { name: "tuned", values: tuned, colour: INK[0] },
      { name: "raw", values: raw, colour: INK[1] },
    ], { y: psnr ? "PSNR / dB" : "RMS" });
  }

  checks() {
    const { identity, heldOut, photos } = this.found, worst = heldOut?.raw.indexOf(Math.max(...heldOut.raw));
    const same = identity ? "Check: at k = N both are the output, bit for bit." : "Check failed: at k = N the tuned lens is not the output.";
    const held = heldOut ? ` Of ${photos} photos some were not fitted; on these the raw lens is farthest off at k = ${worst}: RMS ${fixed(heldOut.raw[worst], 3)} from the final photo, tuned ${fixed(heldOut.tuned[worst], 3)}.` : "";
    this.part(".check").textContent = same + held;
  }

  draw() {
    super.draw();
    if (!this.found?.psnr) return;
    const { psnr } = this.found, k = this.run.at(session.k);
    this.raw.metric(`${fixed(psnr.raw[k], 2)} dB`);
    this.tuned.metric(`${fixed(psnr.tuned[k], 2)} dB`);
  }
}
