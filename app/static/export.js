// Taking along what a panel or chart shows: a menu of files, made as for a paper, and the tray.
import { posted } from "./net.js";
import { session } from "./session.js";
import { tray } from "./tray.js";

/** The page that figures are drawn for: the one last chosen on the Figures page. */
export const preset = () => sessionStorage.getItem("interir-preset") ?? "cvpr-column";

/** The source of a panel that shows `what` of its run; `more` says what else that depends on now. */
export const shown = (what, more = () => ({})) => () => ({ kind: "panel", parameters: { photo: "@run", what, ...more() } });

const voice = Object.assign(document.createElement("output"), { className: "toast", hidden: true });
voice.setAttribute("role", "status");
document.body.append(voice);
let silence;

/** A sentence at the foot of the page, for a while. */
export function say(text, seconds = 5) {
  clearTimeout(silence);
  voice.textContent = text;
  voice.hidden = false;
  silence = setTimeout(() => { voice.hidden = true; }, 1000 * seconds);
}

/** A file name of letters and digits of any script. */
export const named = (parts, suffix) => `${parts.filter(Boolean).join("-").replace(/[^\p{L}\p{N}.]+/gu, "-").toLowerCase()}.${suffix}`;

export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/** Rows as CSV. */
export const csv = (rows) => {
  const quoted = (cell) => (/[",\n]/.test(cell) ? `"${String(cell).replaceAll('"', '""')}"` : cell ?? "");
  return rows.map((row) => `${row.map(quoted).join(",")}\n`).join("");
};

/** The network of a run in words. */
export const ofNetwork = ({ info }) => `${info.family} (${info.name}, weights ${info.weights})`;

/** Runs in a sentence, for the caption of what is of them: those on screen, where none are named. */
export const ofRuns = (...runs) => {
  const networks = Map.groupBy(runs.length ? runs : session.runs, ({ info }) => info.photo);
  return [...networks].map(([photo, on]) => `${on.map(ofNetwork).join(" and ")} on ${photo}`).join("; ");
};

/** A table on screen as a figure, { kind, parameters }; what is not finite has no number. */
export function asMatrix({ rows, columns, values, limits: [low, high], role, ...more }) {
  const finite = values.map((row) => row.map((v) => (Number.isFinite(v) ? v : null)));
  return { kind: "matrix", parameters: { rows: rows.map(String), columns: columns.map(String), values: finite, low, high: high > low ? high : low + 1, role, ...more } };
}

/** The numbers of a table on screen, with their names, to the entries of its menu. */
export function tableEntries(run, table) {
  const { name, rows, columns, corner, values } = table, { kind, parameters } = asMatrix(table);
  const numbers = [[corner, ...columns], ...values.map((row, i) => [rows[i], ...row])];
  const data = () => save(new Blob([csv(numbers)], { type: "text/csv" }), named([name], "csv"));
  return entries({ run: run.info.id, title: name, kind: table.kind ?? kind, parameters: table.parameters ?? parameters }, { "Data (CSV)": data });
}

/** Have the server make a file of what is ordered, and save it; its name. */
export async function taken(order) {
  const response = await posted("figures/file", order);
  const name = decodeURIComponent(/filename\*=UTF-8''([^;]+)/.exec(response.headers.get("Content-Disposition"))[1]);
  save(await response.blob(), name);
  return name;
}

async function take({ run, kind, parameters }, format) {
  say(`Making the ${format.toUpperCase()} …`, 60);
  try {
    say(`${await taken({ run, kind, parameters, preset: preset(), format })} was saved.`);
  } catch (problem) {
    say(problem.message, 10);
  }
}

function pin(descriptor) {
  try {
    tray.add(descriptor);
    say([`Pinned: ${tray.items.length} in the tray.`, tray.note].join(" "), tray.note ? 10 : 5);
  } catch (problem) {
    say(problem.message, 10);
  }
}

/** Entries of a menu for what the server can draw; `own` are those that the browser makes, by label; `parts` are pinned. */
export function entries(descriptor, own, parts = [descriptor]) {
  const mine = Object.entries(own).map(([label, act]) => ({ label, act }));
  if (!descriptor) return mine;
  const files = ["pdf", "svg", "png"].map((format) => ({ label: format.toUpperCase(), act: () => take(descriptor, format) }));
  const data = "Data (CSV)" in own ? [] : [{ label: "Data (npz)", act: () => take(descriptor, "npz") }];
  return [...files, ...data, ...mine, { label: "Pin to tray", act: () => parts.forEach(pin) }];
}

let menus = 0;

/** A button that opens a menu; `list()` gives { label, act } when it opens. */
export class Menu {
  constructor(title, list) {
    this.list = list;
    this.element = Object.assign(document.createElement("span"), { className: "menu" });
    this.element.innerHTML = `<button type="button" class="save" title="Save or pin" aria-haspopup="menu">⤓</button><div role="menu" popover></div>`;
    [this.button, this.sheet] = this.element.children;
    this.button.setAttribute("aria-label", `Save or pin: ${title}`);
    this.sheet.id = `menu-${menus += 1}`;
    this.sheet.setAttribute("aria-label", title);
    this.button.setAttribute("popovertarget", this.sheet.id);  // the browser opens it, and closes it on Escape
    this.sheet.addEventListener("beforetoggle", ({ newState }) => { if (newState === "open") this.fill(); });
    this.sheet.addEventListener("toggle", ({ newState }) => this.toggled(newState === "open"));
    this.sheet.addEventListener("keydown", (event) => this.key(event));
  }

  get items() { return [...this.sheet.querySelectorAll("[role=menuitem]")]; }

  fill() {
    const found = this.list(), note = document.createElement("p");
    note.textContent = found.length > 1 ? `figures for ${preset()}` : found.length ? "" : "There is nothing to save yet.";
    this.sheet.replaceChildren(note, ...found.map(({ label, act }) => {
      const item = Object.assign(document.createElement("button"), { type: "button", textContent: label, role: "menuitem", tabIndex: -1 });
      item.addEventListener("click", () => { this.sheet.hidePopover(); act(); });
      return item;
    }));
    const { right, top, bottom } = this.button.getBoundingClientRect(), below = bottom + 220 < innerHeight;
    Object.assign(this.sheet.style, { right: `${innerWidth - right}px`, top: below ? `${bottom}px` : "auto", bottom: below ? "auto" : `${innerHeight - top}px` });
  }

  toggled(open) {
    this.button.setAttribute("aria-expanded", open);
    if (open) this.items[0]?.focus();
  }

  key(event) {
    const { items } = this, at = items.indexOf(document.activeElement);
    const goal = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === "Tab") this.sheet.hidePopover();
    if (goal === undefined) return;
    event.preventDefault();
    event.stopPropagation();  // Home and End are the stepper's elsewhere
    items.at(goal % items.length)?.focus();
  }
}
