// How well the degradations separate: a table at this k beside the null models, and curves over k.
import { scores } from "./atlas.js";
import { Chart, INK } from "./charts.js";
import { fixed } from "./frames.js";
import { sentence } from "./kernels.js";
import { session } from "./session.js";

const SHORT = {
  silhouette: "silhouette", calinski_harabasz: "CH", davies_bouldin: "DB", purity: "k-NN purity", accuracy: "rendition",
  "accuracy H": "haze", "accuracy R": "rain", "accuracy N": "noise", "r2 H": "haze", "r2 R": "rain", "r2 N": "noise",
};
const GROUPS = [["separation", 4], ["probe’s accuracy", 4], ["probe’s R² of the level", 3]];
const LOWER = new Set(["davies_bouldin"]);

const DECIMALS = { calinski_harabasz: 1, davies_bouldin: 1 };  // 2 elsewhere

/** A cell of the table: the value, and its interval below. */
function cell(value, name) {
  if (!value) return "<td>–</td>";
  const [mean, low, high] = value.map((v) => fixed(v, DECIMALS[name] ?? 2));
  return `<td title="95 % interval ${low} to ${high}">${mean}<small>${low} … ${high}</small></td>`;
}

export class Readings {
  constructor(bank) {
    this.bank = bank;
    this.element = Object.assign(document.createElement("section"), { className: "readings" });
    this.element.innerHTML = `<h3></h3><p class="claim"></p><div class="table"></div><div class="curve"></div><div class="notes"></div>`;
    this.chart = new Chart({ title: `<select aria-label="Measure">${Object.entries(bank.captions).map(([name, text]) => `<option value="${name}">${text.replace(/-(?=\d)/, "−")}</option>`).join("")}</select>`, note: "", about: () => "" });
    this.measure = this.chart.element.querySelector("select");
    this.measure.value = "accuracy";
    this.measure.addEventListener("change", () => this.curves());
    this.element.querySelector(".curve").append(this.chart.element);
  }

  async show(source, networks) {
    Object.assign(this, { source, networks: [...new Set(networks)] });
    const asked = this.asked = {};
    try {
      const found = await scores(source);
      if (this.asked !== asked) return;
      this.found = found;
    } catch (problem) {
      this.found = null;
      this.element.querySelector(".table").replaceChildren(sentence(problem.message));
      return;
    }
    this.element.querySelector("h3").textContent = "How well do the degradations separate?";
    this.element.querySelector(".claim").textContent = this.found.claim;
    this.element.querySelector(".notes").replaceChildren(...this.found.notes.map((text) => sentence(text)));
    this.step();
    this.curves();
  }

  step() {
    if (!this.found) return;
    const names = Object.keys(SHORT);
    const heads = `<tr><th></th><th></th>${GROUPS.map(([text, span]) => `<th colspan="${span}">${text}</th>`).join("")}</tr>`;
    const second = `<tr><th></th><th>k</th>${names.map((name) => `<th title="${this.bank.captions[name]}">${SHORT[name]}${LOWER.has(name) ? " ↓" : ""}</th>`).join("")}</tr>`;
    const rows = this.found.rows.filter((row) => this.wanted(row)).map((row) => this.row(row, names));
    this.element.querySelector(".table").innerHTML = `<table class="scores">${heads}${second}${rows.join("")}</table>`;
  }

  wanted(row) { return !row.of || this.networks.includes(row.of); }

  row({ label, ks, values, null: isNull }, names) {
    const at = ks ? Math.max(0, Math.min(ks.length - 1, session.k - ks[0])) : 0;
    return `<tr${isNull ? ' class="null"' : ""}><th>${label}</th><td>${ks ? ks[at] : "–"}</td>${names.map((name) => cell(values[name]?.[at], name)).join("")}</tr>`;
  }

  /** One measure over k for every row that has one, with its interval. */
  curves() {
    const name = this.measure.value, rows = this.found.rows.filter((row) => this.wanted(row) && row.ks?.length > 1 && row.values[name]);
    const lines = rows.flatMap((row, i) => {
      const colour = INK[i % INK.length], part = (j) => row.values[name].map((value) => value?.[j] ?? null);
      const edge = { first: row.ks[0], colour: "rgba(0,0,0,0)", markers: false, legend: false, quiet: true };
      return [
        { name: `${row.label}, low`, values: part(1), ...edge },
        { name: `${row.label}, high`, values: part(2), ...edge, fill: "tonexty", fillcolor: `${colour}22` },
        { name: row.label, values: part(0), first: row.ks[0], colour, dash: row.null ? "dot" : "solid" },
      ];
    });
    const chance = this.bank.chance[name], depth = Math.max(0, ...rows.map((row) => row.ks.at(-1)));
    if (chance) lines.push({ name: "chance", values: Array(depth + 1).fill(chance), colour: "gray", dash: "dash", markers: false });
    this.chart.show(lines, { y: this.measure.selectedOptions[0].text });
  }
}
