// A heat map of numbers as a table, with a read-out of the cell under the pointer or the focus.
import { Menu, tableEntries } from "./export.js";
import { paint } from "./kernels.js";
import { fixed, loadPalettes } from "./frames.js";
import { made } from "./why_section.js";

const DECIMALS = 2;  // of dB and of AUROC alike: intervals are wider than a third would say
const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

export class Heat {
  /** @param unit of the numbers; @param about of what they are, in a sentence; @param source what the server draws of them, where it has them itself: { kind, parameters } */
  constructor({ title, note, unit = title, run, about = () => "", source = null }) {
    Object.assign(this, { unit, run, about, source, shown: null });
    this.element = made("figure", "panel heat", `<figcaption><span class="title">${title}</span><span class="metric"></span></figcaption>
      <div class="table"></div><output class="reading" aria-live="polite"></output><p class="note">${note}</p>`);
    this.element.querySelector("figcaption").append(new Menu(title, () => this.choices()).element);
    const table = this.table = this.element.querySelector(".table");
    for (const event of ["pointerover", "focusin"]) table.addEventListener(event, ({ target }) => this.read(target.closest("td")));
    table.addEventListener("keydown", (event) => this.step(event));
  }

  metric(text) { this.element.querySelector(".metric").textContent = text; }

  say(text) { this.table.replaceChildren(made("p", "empty", "")); this.table.firstChild.textContent = text; this.shown = null; this.read(null); }

  /** What can be done with the table on screen. */
  choices() { return this.shown ? tableEntries(this.run, { ...this.shown, ...this.source }) : []; }

  read(cell) { this.element.querySelector(".reading").textContent = cell?.ariaLabel ?? ""; }

  /** @param rows [{ name, hint, cells: [{ value, said, faint } or null] }]; `hint` is a tooltip of the name, `said` is the whole sentence of a cell, `faint` cells are not to be trusted; `corner` says what the columns are, `name` what a figure of it is called */
  async show(columns, rows, { role, limits, corner = "", name = this.unit }) {
    const values = rows.map(({ cells }) => cells.map((cell) => cell?.value));
    this.shown = { name, rows: rows.map((row) => row.name), columns, values, role, limits, corner, unit: this.unit, about: this.about() };
    const palette = (await loadPalettes())[role], held = this.table.querySelector("td:focus")?.dataset.at;
    const table = made("table", "", `<tr><th scope="col">${corner}</th>${columns.map((name) => `<th scope="col">${name}</th>`).join("")}</tr>`);
    rows.forEach(({ name, hint = "", cells }, i) => {
      const row = table.insertRow();
      row.append(Object.assign(document.createElement("th"), { scope: "row", textContent: name, title: hint }));
      cells.forEach((cell, j) => row.append(this.cell(cell, `${i},${j}`, palette, limits)));
    });
    this.table.replaceChildren(table);
    this.read(null);
    const first = table.querySelector(`td[data-at="${held}"]`) ?? table.querySelector("td[data-at]");
    if (first) first.tabIndex = 0;
    if (held) first?.focus();
  }

  cell(cell, at, palette, limits) {
    const place = document.createElement("td");
    if (!Number.isFinite(cell?.value)) return place;
    Object.assign(place, { tabIndex: -1, textContent: fixed(cell.value, DECIMALS), title: cell.said, ariaLabel: cell.said, className: cell.faint ? "faint" : "" });
    place.style.cssText = paint(cell.value, palette, limits);
    place.dataset.at = at;
    return place;
  }

  /** Arrows move the focus from cell to cell; elsewhere they step through k. */
  step(event) {
    const from = event.target.closest("td"), move = MOVES[event.key];
    if (!from || !move) return;
    event.preventDefault();
    event.stopPropagation();
    const [i, j] = from.dataset.at.split(",").map(Number);
    const to = this.table.querySelector(`td[data-at="${i + move[0]},${j + move[1]}"]`);
    if (!to) return;
    [from.tabIndex, to.tabIndex] = [-1, 0];
    to.focus();
  }
}
