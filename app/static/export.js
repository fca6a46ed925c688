// Taking along what a panel or chart shows: a menu of files, made as for a paper, and the tray.
import { posted } from "./net.js";
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

/** Have the server draw a figure, or pack its numbers, and save the file. */
async function take({ run, kind, parameters }, format) {
  say(`Making the ${format.toUpperCase()} …`, 60);
  try {
    const response = await posted("figures/file", { run, kind, parameters, preset: preset(), format });
    const name = decodeURIComponent(/filename\*=UTF-8''([^;]+)/.exec(response.headers.get("Content-Disposition"))[1]);
    save(await response.blob(), name);
    say(`${name} was saved.`);
  } catch (problem) {
    say(problem.message, 10);
  }
}

function pin(descriptor) {
  try {
    tray.add(descriptor);
    say(`Pinned: ${tray.items.length} in the tray.`);
  } catch (problem) {
    say(problem.message, 10);
  }
}

/** Entries of a menu for what the server can draw; `own` are those that the browser makes, by label. */
export function entries(descriptor, own) {
  const mine = Object.entries(own).map(([label, act]) => ({ label, act }));
  if (!descriptor) return mine;
  const files = ["pdf", "svg", "png"].map((format) => ({ label: format.toUpperCase(), act: () => take(descriptor, format) }));
  const data = descriptor.kind === "chart" ? [] : [{ label: "Data (npz)", act: () => take(descriptor, "npz") }];
  return [...files, ...data, ...mine, { label: "Pin to tray", act: () => pin(descriptor) }];
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
