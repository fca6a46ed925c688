// The same interventions over a set of photos and all seven combinations.
import { fixed } from "./frames.js";
import { signed } from "./why_bench.js";
import { Heat } from "./why_heat.js";
import { Section } from "./why_section.js";

const NOTE = "mean change of PSNR in dB over the photos; hatched: the features of most of these runs are odder than 95 % of ordinary ones, so that the change may be breakage. Hover over a cell, or walk with the arrow keys.";

const NO_MASKS = "Check: intervals are by a paired bootstrap of the photos.";

const range = ({ low, high }) => (Number.isFinite(low) && Number.isFinite(high) ? `95 % interval ${signed(low)} to ${signed(high)}` : "no interval");

/** What a cell says in full. */
function said(cell, words) {
  const strange = Number.isFinite(cell.odd) ? `odder than ${fixed(100 * cell.odd, 0)} % of ordinary runs` : "off-distribution score not measured";
  return `${words} on ${cell.combination}: ${signed(cell.change.mean)}, ${range(cell.change)}, ${cell.photos} photos; ${strange}`;
}

export class Sets extends Section {
  static about = {
    id: "sets", title: "Interventions over a set of photos",
    read: "Every row leaves out or replaces one part, with all that follows computed again: total effects. Compare them with the direct ones of the ledger: a part may add little itself and yet be needed.",
    check: "Check: masks all ones must equal uniform modulation; intervals are by a paired bootstrap of the photos.",
  };

  async fill() {
    this.heat = new Heat({ title: "change of PSNR / dB", note: NOTE, run: this.run, source: { kind: "interventions", parameters: { file: `interventions-${this.run.info.name.replaceAll("/", "-")}.json` } } });
    this.cells.replaceChildren(this.heat.element);
    if (!this.run.info.modules.length) this.part(".check").textContent = NO_MASKS;
    this.heat.say("Loading …");
    const found = await this.run.json("set/interventions.json").catch((problem) => ({ missing: problem.message }));
    if (!this.current) return;
    if (found.missing) return void this.heat.say(found.missing);
    const { words } = found, labels = [...new Set(found.cells.map((cell) => cell.label))], columns = [...new Set(found.cells.map((cell) => cell.combination))];
    const at = new Map(found.cells.map((cell) => [`${cell.label} ${cell.combination}`, cell]));
    const cell = (found) => found && { value: found.change.mean, said: said(found, words[found.label]), faint: found.odd > 0.95 };
    const rows = labels.map((label) => ({ name: words[label], hint: label, cells: columns.map((column) => cell(at.get(`${label} ${column}`))) }));
    const reach = Math.max(0.1, ...found.cells.map(({ change }) => Math.abs(change.mean)));
    this.heat.metric(`${found.photos} photos of ${found.data}, middle ${found.side} px`);
    this.heat.show(columns, rows, { role: "diverging", limits: [-reach, reach] });
  }
}
