// Which part did the work, and how do we know? Sections that compute when they are looked at or asked.
import { session } from "./session.js";
import { Attribution } from "./why_attribution.js";
import { Bench } from "./why_bench.js";
import { Cards } from "./why_claims.js";
import { Convergence } from "./why_convergence.js";
import { Ledger } from "./why_ledger.js";
import { Lens } from "./why_lens.js";
import { Localisation } from "./why_localisation.js";
import { Sets } from "./why_sets.js";

const SECTIONS = [Cards, Ledger, Lens, Bench, Sets, Attribution, Localisation, Convergence];

export class Why {
  constructor(element) {
    this.element = element;
    element.className = "page why";
    session.whenSeen(element, () => this.build());
    session.on("k", () => this.sections?.forEach((section) => section.draw()));
  }

  build() {
    const run = session.main;
    this.leaving?.abort();
    if (!run) return;
    this.leaving = new AbortController();
    this.sections = SECTIONS.map((Kind) => new Kind(run, this.leaving.signal));
    this.element.replaceChildren(this.contents(run), ...this.sections.map((section) => section.element));
    this.sections.forEach((section) => section.watch());
  }

  /** Buttons that lead to the sections. */
  contents(run) {
    const nav = Object.assign(document.createElement("nav"), { className: "contents", ariaLabel: "Sections of this page" });
    nav.append(...this.sections.map(({ element }) => {
      const heading = element.querySelector("h3"), [name] = heading.textContent.split(":");
      const button = Object.assign(document.createElement("button"), { textContent: name });
      button.addEventListener("click", () => { element.scrollIntoView({ block: "start" }); heading.focus({ preventScroll: true }); });
      return button;
    }));
    if (session.runs.length > 1) nav.append(Object.assign(document.createElement("span"), { className: "hint", textContent: `${session.name(run)} is shown.` }));
    return nav;
  }
}
