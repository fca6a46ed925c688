// The tray: panels pinned on any page, in the order in which a board shows them.

const KEY = "interir-tray";
const MOST = 26;  // as many as there are letters

/** The letter that a panel has on a board. */
export const letter = (i) => `(${String.fromCharCode(97 + i)})`;

const stored = (items) => {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(items));
    return true;
  } catch {
    return false;  // the browser's quota, a few MB
  }
};

/**
 * `items` are plain records { run, kind, parameters, title }, kept for this visit; `lost` is how many of
 * them go when the page is loaded again: maps, which are too large for what outlives it. Fires "change".
 */
class Tray extends EventTarget {
  items = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
  lost = 0;

  keep(items) {
    const small = items.filter(({ parameters }) => !parameters.packed);
    const outlive = [items, small, []].find(stored) ?? [];
    this.lost = items.length - outlive.length;
    this.items = items;
    this.dispatchEvent(new Event("change"));
  }

  /** What a visitor must know of it. */
  get note() {
    if (!this.lost) return "";
    const [what, is] = this.lost === 1 ? ["1 panel is", "it"] : [`${this.lost} panels are`, "them"];
    return `${what} too large to outlast this page: loading it again drops ${is}.`;
  }

  /** @throws where a board has no letter left */
  add(item) {
    if (this.items.length >= MOST) throw new Error(`The tray is full: a board has at most ${MOST} panels.`);
    this.keep([...this.items, item]);
  }

  remove(i) { this.keep(this.items.filter((_, j) => j !== i)); }

  /** Take one out and put it in at another place. */
  move(from, to) {
    if (to < 0 || to >= this.items.length || from === to) return;
    const items = [...this.items];
    items.splice(to, 0, ...items.splice(from, 1));
    this.keep(items);
  }
}

export const tray = new Tray();

const button = (className, text, label, click) => {
  const made = Object.assign(document.createElement("button"), { type: "button", className, textContent: text, title: label, ariaLabel: label });
  made.addEventListener("click", click);
  return made;
};

/** The tray's panels as a list: moved by its buttons or by dragging. */
export class TrayList {
  constructor() {
    this.element = Object.assign(document.createElement("div"), { className: "tray-list" });
    this.dragged = null;
    tray.addEventListener("change", () => this.draw());
    this.draw();
  }

  draw() {
    const list = document.createElement("ol");
    list.append(...tray.items.map((item, i) => this.row(item, i)));
    const hint = Object.assign(document.createElement("p"), { className: "empty", textContent: "Nothing is pinned. The ⤓ of every picture and chart pins it here." });
    const note = Object.assign(document.createElement("p"), { className: "note", textContent: tray.note });
    this.element.replaceChildren(...(tray.items.length ? [list, note] : [hint]));
  }

  row({ title }, i) {
    const row = Object.assign(document.createElement("li"), { draggable: true });
    const name = Object.assign(document.createElement("span"), { className: "name", textContent: title, title });
    const act = (className, text, what, to) => button(className, text, `${what} ${letter(i)} ${title}`, () => this.act(className, i, to));
    const up = act("up", "↑", "Move up", i - 1), down = act("down", "↓", "Move down", i + 1);
    up.disabled = i === 0;
    down.disabled = i === tray.items.length - 1;
    row.append(Object.assign(document.createElement("b"), { textContent: letter(i) }), name, up, down, act("out", "×", "Take out", null));
    this.drag(row, i);
    return row;
  }

  /** Move or take out, and keep the focus on what was pressed. */
  act(className, from, to) {
    if (to === null) tray.remove(from);
    else tray.move(from, to);
    const row = this.element.querySelectorAll("li")[Math.min(to ?? from, tray.items.length - 1)];
    const same = row?.querySelector(`.${className}`);
    (same?.disabled ? row.querySelector("button:not(:disabled)") : same)?.focus();
  }

  drag(row, i) {
    row.addEventListener("dragstart", (event) => { this.dragged = i; event.dataTransfer.effectAllowed = "move"; });
    row.addEventListener("dragover", (event) => { if (this.dragged !== null) event.preventDefault(); });
    row.addEventListener("drop", (event) => { event.preventDefault(); tray.move(this.dragged, i); });
    row.addEventListener("dragend", () => { this.dragged = null; });
  }
}

/** How many are pinned, on all pages; a click goes to where they are composed. */
function count() {
  const label = "Go to the Figures page, where pinned panels become a board";
  const badge = button("tray-count", "", label, () => {
    [...document.querySelectorAll("[role=tab]")].find((tab) => tab.textContent.trim() === "Figures")?.click();
  });
  const tell = () => {
    badge.textContent = `${tray.items.length} in the tray`;
    badge.hidden = tray.items.length === 0;
  };
  tray.addEventListener("change", tell);
  tell();
  document.body.append(badge);
}

count();
