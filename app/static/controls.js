// The controls of the Embeddings page: what is embedded, and by which map with which settings.
import { SHADES } from "./items.js";

const STORED = ["t-SNE", "PCA"];  // maps that a bank holds, at settings of its own

const fill = (select, entries) => {
  const before = select.value;
  select.innerHTML = entries.map(([value, text]) => `<option value="${value}">${text}</option>`).join("");
  if (entries.some(([value]) => value === before)) select.value = before;
};

export class Controls {
  constructor(element, bank) { Object.assign(this, { element, bank }); }

  field(name) { return this.element.querySelector(`[data-field=${name}]`); }

  get source() { return this.field("source").value; }

  get method() { return this.field("method").value; }

  /** What can be chosen now: sources that any network holds, methods and their settings. */
  choices() {
    const sources = this.bank.networks.flatMap((network) => Object.entries(network.sources));
    fill(this.field("source"), [...new Map(sources.map(([name, { title }]) => [name, title]))]);
    fill(this.field("method"), Object.keys(this.bank.methods).map((name) => [name, name]));
    if (!this.begun) this.field("method").value = "t-SNE";
    this.begun = true;
    fill(this.field("shade"), Object.entries(SHADES));
    this.settings();
  }

  settings() {
    const { method } = this, place = this.element.querySelector(".settings");
    if (place.dataset.method === method) return;
    place.dataset.method = method;
    place.innerHTML = this.bank.methods[method].map(({ name, label, value, low, high, whole }) => (typeof value === "boolean"
      ? `<label><input type="checkbox" name="${name}"${value ? " checked" : ""}> ${label}</label>`
      : `<label>${label} <input type="number" name="${name}" value="${value}" min="${low}" max="${high}" step="${whole ? 1 : 0.05}"></label>`)).join("");
  }

  wanted(network, k) {
    const inputs = [...this.element.querySelectorAll(".settings input")];
    const settings = Object.fromEntries(inputs.map((input) => [input.name, input.type === "checkbox" ? input.checked : input.value]));
    return { network, source: this.source, method: this.method, ...settings, k };
  }

  /** A map on screen as a figure, which shows all networks at this k; null for what is not in a bank that comes with the package. */
  figure({ source, method, ...settings }, k) {
    const { shipped, methods, networks } = this.bank;
    const stored = STORED.includes(method) && methods[method].every(({ name, value }) => Number(settings[name]) === Number(value));
    if (!shipped || source !== "x" || !stored) return null;
    const deepest = Math.max(...networks.map(({ sources }) => sources.x.ks.at(-1)));
    return { run: null, kind: "embeddings", parameters: { bank: shipped, k: Math.min(k, deepest), method }, title: `embeddings, ${method}, k = ${Math.min(k, deepest)}` };
  }
}
