// What does each iteration do to the image?
import { Chart, INK } from "./charts.js";
import { shown } from "./export.js";
import { MapFrames, fixed } from "./frames.js";
import { Link, Panel } from "./panel.js";
import { session } from "./session.js";

const NOTES = {
  input: "y, what the network was given; PSNR · SSIM",
  clean: "the photo before degradation",
  estimate: "x̂<sub>k</sub> = y + Up(x<sub>k</sub>): the final head on an intermediate estimate; PSNR · SSIM",
  change: "x̂<sub>k</sub> − x̂<sub>k−1</sub>, mean of R, G, B in [0, 1]: what it did (blue darker, red brighter); at k = 0, x̂<sub>0</sub> − y",
  error: "x̂<sub>k</sub> − clean, mean of R, G, B in [0, 1]: what is left to do",
};

const best = (values) => values.indexOf(Math.max(...values));

const none = (text) => Promise.reject(new Error(text));

/** Maps of all runs by name, on one colour scale. */
const maps = async (name, from) => MapFrames.share(await Promise.all(session.runs.map(async (run) => MapFrames.make(await run.array(name), "diverging", from))));

/** The pictures of run i: estimate, change and error, linked. */
function pictures(run, i, link, shared) {
  const map = (name, from) => (shared[name] ??= maps(name, from)).then((frames) => frames[i]);
  const title = session.runs.length > 1 ? session.name(run) : "estimate";
  const estimate = new Panel({ symbol: "x̂<sub>k</sub>", title, note: NOTES.estimate, link, run, source: shown("estimate") });
  const change = new Panel({ symbol: "Δx̂", title: "change", note: NOTES.change, link, run, source: shown("change") });
  const error = new Panel({ symbol: "e", title: "error", note: NOTES.error, link, run, source: shown("error") });
  estimate.show(run.estimates());
  change.show(map("change.npy", 1));  // at k = 0 there is no step yet
  error.show(run.info.clean ? map("error.npy") : none("No clean photo is known, so there is no error to show. Start from a clean photo and degrade it on the left."));
  return { panels: [estimate, change, error], mark: () => scores(run, estimate) };
}

function scores(run, panel) {
  const { psnr, ssim } = run.info, k = run.at(session.k);
  panel.metric(psnr ? `${fixed(psnr[k], 2)} dB · ${fixed(ssim[k], 3)}` : "");
}

function still(run, name, link) {
  const symbol = name === "input" ? "y" : "x";
  const panel = new Panel({ symbol, title: name, note: NOTES[name], link, run, source: shown(name) });
  panel.show(name === "input" || run.info.clean ? run.photo(name) : none("No clean photo is known."));
  const { psnr, inputPsnr, inputSsim } = run.info;
  panel.metric(name === "input" && psnr ? `${fixed(inputPsnr, 2)} dB · ${fixed(inputSsim, 3)}` : "");
  return panel;
}

/** PSNR and SSIM over k, the best k named; and the sizes of F, V and the step. */
function charts() {
  const quality = new Chart({ title: "PSNR and SSIM", note: "against the clean photo; star: the best k; dashed: the degraded input" });
  const sizes = new Chart({ title: "residual, direction, step", log: true,
    note: "root mean squares of F<sub>k</sub> and V<sub>k</sub>, and ‖x<sub>k</sub> − x<sub>k−1</sub>‖ / ‖x<sub>k−1</sub>‖. Nothing in training forces them to fall." });
  return { quality, sizes };
}

function fill({ quality, sizes }) {
  const several = session.runs.length > 1, tag = (run) => (several ? ` ${session.name(run)}` : "");
  const scored = session.runs.filter((run) => run.info.psnr);
  quality.show(scored.flatMap((run, i) => [
    { name: `PSNR${tag(run)}`, values: run.info.psnr, colour: INK[i], best: best(run.info.psnr) },
    { name: `SSIM${tag(run)}`, values: run.info.ssim, colour: INK[i + 2], axis: "y2" },
    ...(i === 0 ? [{ name: "input", values: Array(session.depth + 1).fill(run.info.inputPsnr), colour: "gray", dash: "dash", markers: false, legend: false }] : []),
  ]), { y: "PSNR / dB", y2: "SSIM" });
  quality.metric(scored.map((run) => `best k = ${best(run.info.psnr)}${tag(run)}`).join(", "));
  quality.element.hidden = scored.length === 0;
  sizes.show(session.runs.flatMap((run, i) => [["F", "residual"], ["V", "direction"], ["step", "step"]].map(([name, key], j) => (
    { name: name + tag(run), values: run.info.norms[key].slice(1), first: 1, colour: INK[j], dash: i ? "dash" : "solid" }))), { y: "RMS, relative step" });
}

export class Iterations {
  constructor(element) {
    this.element = element;
    session.on("runs", () => this.build());
    session.on("k", () => this.marks?.forEach((mark) => mark()));
  }

  build() {
    if (!session.main) return;
    const { runs } = session, link = new Link(), plots = charts();
    const shared = {}, sets = runs.map((run, i) => pictures(run, i, link, shared));
    const stills = [still(runs[0], "input", link), ...(runs.length > 1 ? [still(runs[0], "clean", link)] : [])];
    const all = [...stills, ...sets.flatMap((set) => set.panels)];
    this.marks = [...sets.map((set) => set.mark), () => all.forEach((panel) => panel.draw())];
    const grid = Object.assign(document.createElement("div"), { className: "pictures" });
    sets.forEach((set, i) => grid.append(stills[i].element, ...set.panels.map((p) => p.element)));
    const side = Object.assign(document.createElement("div"), { className: "plots" });
    side.append(plots.quality.element, plots.sizes.element);
    this.element.className = `page iterations ${runs.length > 1 ? "compared" : ""}`;
    this.element.replaceChildren(grid, side);
    fill(plots);
    this.marks.forEach((mark) => mark());
  }
}
