// Does it matter where a mask fires? Masks cleared where the degradation is, beside equal areas elsewhere.
import { Chart, INK } from "./charts.js";
import { sentence } from "./kernels.js";
import { signed } from "./why_bench.js";
import { made } from "./why_section.js";

const PLACES = { R: "the streaks", H: "the haze", N: "the noise" };
const LOWER = "Where masks fire matters at an iteration whose whole band in the lower chart is below 0.";

/** Iterations as a part of a sentence: how many of all, and which. */
const at = (rows, of) => `${rows.length} of ${of} iterations${rows.length ? ` (k = ${rows.map(({ k }) => k).join(", ")})` : ""}`;

/** A line with the band round it. */
function banded(name, values, ink, dash = "solid") {
  const part = (key) => values.map((value) => value[key]), edge = { first: 1, colour: "rgba(0,0,0,0)", markers: false, legend: false, quiet: true };
  const band = [{ name: `${name}, low`, values: part("low"), ...edge }, { name: `${name}, high`, values: part("high"), ...edge, fill: "tonexty", fillcolor: `${INK[ink]}22` }];
  return [...(values.some(({ low, high }) => high > low) ? band : []), { name, values: part("mean"), first: 1, colour: INK[ink], dash }];
}

export class Clearing {
  /** @param band what the shaded bands are; @param about for the captions of its figures */
  constructor(band, about) {
    Object.assign(this, { band, element: made("div", "clearing") });
    const chart = (title, note) => new Chart({ title, note, about });
    this.effect = chart("what clearing masks does to PSNR", `masks off at iteration k in some places; change of PSNR in <span class="places"></span>. Below 0 it costs; shaded: ${band}`);
    this.beyond = chart("in place, less elsewhere", `the difference of both lines above, and the same of PSNR outside <span class="places"></span>; shaded: ${band}`);
    this.head = made("div", "head");
    this.said = made("div", "said");
    this.element.append(this.head, this.said, this.effect.element, this.beyond.element);
    this.charts = [this.effect, this.beyond];
    this.charts.forEach(({ element }) => { element.hidden = true; });
  }

  /** @param areas how many areas there were, where the bands are their range; @param what it was measured on, briefly */
  show({ kind, effects, areas = 0 }, what) {
    const place = PLACES[kind], of = (where) => effects.filter((effect) => effect.where === where && effect.k > 0), inside = of("inside");
    this.element.querySelectorAll(".places").forEach((element) => { element.textContent = place; });
    this.charts.forEach((chart) => { chart.element.hidden = !inside.length; chart.metric(what); });
    this.said.replaceChildren(sentence(this.finding(effects.find(({ k }) => k === 0), inside, place, areas)), sentence(`${LOWER} ${this.chance(areas)}`));
    if (!inside.length) return;
    const values = (rows, key) => rows.map((row) => row[key]), zero = { name: "0", values: inside.map(() => 0), first: 1, colour: "gray", dash: "dot", markers: false, legend: false, quiet: true };
    this.effect.show([...banded(`cleared in ${place}`, values(inside, "there"), 1), ...banded("cleared in equal random areas", values(inside, "elsewhere"), 0, "dash"), zero], { y: "change of PSNR / dB" });
    this.beyond.show([...banded(`PSNR in ${place}`, values(inside, "beyond"), 1), ...banded("PSNR outside", values(of("outside"), "beyond"), 2, "dot"), zero], { y: "difference / dB" });
  }

  finding(all, inside, place, areas) {
    const costs = inside.filter(({ beyond }) => beyond.high < 0), helps = inside.filter(({ beyond }) => beyond.low > 0);
    const sure = areas ? `than in every one of ${areas} equal random areas` : "than in equal random areas, with its whole interval below 0", total = inside.length;
    const each = total ? `At ${at(costs, total)} clearing masks in ${place} costs more PSNR there ${sure}; at ${at(helps, total)} it costs less. ` : "";
    return `${each}Cleared at all iterations at once: ${signed(all.there.mean, 3)} in ${place}, ${signed(all.elsewhere.mean, 3)} elsewhere.`;
  }

  /** How often such a band misses 0 where nothing is to be found. */
  chance(areas) {
    return areas ? `By chance alone one place in ${areas + 1} is the worst, and one the best; one photo is no finding.` : "Of intervals round nothing, one in 20 misses 0 by chance.";
  }
}
