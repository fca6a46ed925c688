// The tray: panels pinned on any page, in the order in which a board shows them.

const KEY = "interir-tray";
const MOST = 26;  // as many as there are letters

/** The letter that a panel has on a board. */
export const letter = (i) => `(${String.fromCharCode(97 + i)})`;

/** `items` are plain records { run, kind, parameters, title }, kept for this visit. Fires "change". */
class Tray extends EventTarget {
  items = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");

  keep(items) {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(items));
    } catch {
      throw new Error("The tray is full: maps are large. Take one out first.");
    }
    this.items = items;
    this.dispatchEvent(new Event("change"));
  }

  /** @throws where the tray is full */
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
    this.element.replaceChildren(tray.items.length ? list : hint);
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
