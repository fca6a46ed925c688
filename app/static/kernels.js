// Small tables of numbers on colour: kernels, and stages by modules.
import { fixed, format } from "./frames.js";

/** Decimals that tell values up to this size apart, and fit into small cells. */
const decimals = (reach) => (reach < 0.0005 ? 0 : reach < 0.01 ? 3 : reach < 10 ? 2 : reach < 100 ? 1 : 0);

/** The same for all numbers of a table. */
const alike = (rows) => decimals(Math.max(...rows.flat().filter(Number.isFinite).map(Math.abs)));

/** A quiet sentence in place of what cannot be shown. */
export const sentence = (text) => Object.assign(document.createElement("p"), { className: "empty", textContent: text });

/** Relative luminance of a colour in sRGB, 0 to 1 (WCAG 2). */
const luminance = (...rgb) => rgb.reduce((sum, v, i) => sum + [0.2126, 0.7152, 0.0722][i] * (v > 10 ? ((v / 255 + 0.055) / 1.055) ** 2.4 : v / 255 / 12.92), 0);

/** Colour of a value within limits, and an ink that reads on it. */
export function paint(value, palette, [low, high]) {
  const level = Math.round((255 * (value - low)) / (high - low || 1));
  const [r, g, b] = palette[Math.max(0, Math.min(255, level))];
  return `background: rgb(${r}, ${g}, ${b}); color: ${luminance(r, g, b) > 0.179 ? "#000" : "#fff"}`;  // 4.5 to 1 and more
}

/** A kernel-sized grid of numbers with a symbol above and what it is below. */
export function grid(symbol, what, rows, palette, limits) {
  const digits = alike(rows), cells = rows.map((row) => `<tr>${row.map((v) => `<td style="${paint(v, palette, limits)}">${fixed(v, digits)}</td>`).join("")}</tr>`);
  return Object.assign(document.createElement("figure"), {
    className: "grid", innerHTML: `<figcaption>${symbol}</figcaption><table>${cells.join("")}</table><p>${what}</p>`,
  });
}

/** A heat map of modules (rows) by stages (columns); missing values stay empty. */
export function table(host, rows, { palette, limits, columns, rows: names, chosen, pick }) {
  const digits = alike(rows), cell = (v, i, j) => {
    const mark = chosen[0] === i && chosen[1] === j ? ' class="chosen" aria-current="true"' : "";
    const shown = v == null ? "" : ` style="${paint(v, palette, limits)}"`;
    return `<td${mark}><button data-at="${i},${j}"${shown}>${v == null ? "" : fixed(v, digits)}</button></td>`;
  };
  const held = host.contains(document.activeElement) ? document.activeElement.dataset.at : null;
  host.innerHTML = `<table><tr><th></th>${columns.map((c) => `<th>${c}</th>`).join("")}</tr>
    ${rows.map((row, i) => `<tr><th></th>${row.map((v, j) => cell(v, i, j)).join("")}</tr>`).join("")}</table>`;
  host.querySelectorAll("tr:not(:first-child) th").forEach((head, i) => { head.textContent = names[i]; });
  host.querySelectorAll("[data-at]").forEach((button) => {
    const [i, j] = button.dataset.at.split(",").map(Number), value = rows[i][j];
    button.title = `${names[i]}, k = ${columns[j]}: ${value == null ? "not run" : format(value)}`;
    button.setAttribute("aria-label", button.title);
  });
  if (held) host.querySelector(`[data-at="${held}"]`)?.focus();
  host.onclick = (event) => {
    const at = event.target.closest("[data-at]")?.dataset.at;
    if (at) pick(...at.split(",").map(Number));
  };
}
