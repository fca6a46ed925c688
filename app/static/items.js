// The items of a bank: their colours, the legend, and what is known of one.
import { picture } from "./atlas.js";
import { fixed } from "./frames.js";
import { CLASSES, swatch } from "./marks.js";

/** What the colour of a point may mean. */
export const SHADES = { class: "degradation", haze: "Haze (β × 100)", rain: "Rain (density)", noise: "Noise (σ × 255)", gain: "PSNR gain / dB" };

const LEVELS = ["haze", "rain", "noise"];
const UNKNOWN = "rgba(140,140,140,.5)";

/** A colour for each point on each network's map, and the range behind them; both maps share it. */
export function shades(bank, classes, by, networks, palette) {
  if (by === "class") return { points: networks.map(() => Array.from(classes, (q) => CLASSES[q % CLASSES.length].colour)) };
  const value = (network, p, q) => (by === "gain" ? bank.networks.find(({ name }) => name === network).gain[p][q] : bank.levels[p][q][LEVELS.indexOf(by)]);
  const values = networks.map((network) => Array.from(classes, (q, i) => value(network, Math.floor(i / bank.renditions.length), q)));
  const known = values.flat().filter((v) => v !== null), low = Math.min(...known), high = Math.max(...known);
  // A few dozen shades: each is a sprite of its own.
  const shade = (v) => (v === null ? UNKNOWN : `rgb(${palette[8 * Math.round((31 * (v - low)) / (high - low || 1))]})`);
  return { points: values.map((some) => some.map(shade)), low, high, unit: by === "gain" ? " dB" : "", ramp: palette.filter((_, i) => i % 32 === 0) };
}

/** A button per class that greys it out, and the scale where colours are numbers. */
export function legend(renditions, off, toggle, { low, high, unit, ramp }) {
  const buttons = renditions.map((name, q) => {
    const button = Object.assign(document.createElement("button"), { textContent: name, title: "Show or grey out" });
    button.setAttribute("aria-pressed", !off.has(q));
    button.prepend(swatch(q));
    button.addEventListener("click", () => toggle(q));
    return button;
  });
  if (!ramp) return buttons;
  const scale = Object.assign(document.createElement("div"), { className: "scale" });
  scale.innerHTML = `${fixed(low, 1)}<i style="background:linear-gradient(90deg,${ramp.map((rgb) => `rgb(${rgb})`)})"></i>${fixed(high, 1)}${unit}`;
  return [...buttons, scale];
}

/** One item: its photo, how it was degraded, and what the networks made of it. */
export function card(bank, item) {
  const count = bank.renditions.length, [p, q] = [Math.floor(item / count), item % count], level = bank.levels[p][q];
  const rows = [["degraded by", bank.renditions[q]], ...LEVELS.map((name, j) => [SHADES[name], fixed(level[j], 0)]), ["input", `${fixed(bank.psnr[p][q], 2)} dB`],
    ...bank.networks.map(({ title, psnr }) => [title, `${fixed(psnr[p][q], 2)} dB`])];
  const table = document.createElement("table");
  table.innerHTML = rows.map(([name, value]) => `<tr><th>${name}</th><td>${value}</td></tr>`).join("");
  const photo = bank.pictures[p]
    ? Object.assign(new Image(96), { src: picture(p), alt: "" })
    : Object.assign(document.createElement("p"), { className: "hint", textContent: "This photo is not on this machine; --photos FOLDER shows and opens it." });
  return [photo, Object.assign(document.createElement("b"), { textContent: bank.photos[p] }), table];
}
