// Which part did the work, and how do we know? Sections that compute when they are looked at or asked.
import { session } from "./session.js";
import { Attribution } from "./why_attribution.js";
import { Bench } from "./why_bench.js";
import { Cards } from "./why_claims.js";
import { Convergence } from "./why_convergence.js";
import { Ledger } from "./why_ledger.js";
import { Lens } from "./why_lens.js";
import { Localisation } from "./why_localisation.js";
import { made } from "./why_section.js";
import { Sets } from "./why_sets.js";

const SECTIONS = [Cards, Ledger, Lens, Bench, Sets, Attribution, Localisation, Convergence];

export class Why {
  constructor(element) {
    this.element = element;
    element.className = "page why";
    session.whenSeen(element, () => this.build());
    session.on("k", () => this.sections?.forEach((section) => section.draw()));
  }

  /** Whose answers are shown: of two networks that are compared, the one that was chosen. */
  get run() { return session.runs.includes(this.chosen) ? this.chosen : session.main; }

  build() {
    const { run } = this;
    this.leaving?.abort();
    if (!run) return;
    this.leaving = new AbortController();
    this.sections = SECTIONS.map((Kind) => new Kind(run, this.leaving.signal));
    this.element.replaceChildren(this.contents(run), ...this.sections.map((section) => section.element));
    this.sections.forEach((section) => section.watch());
  }

  /** The same page of another network; the section in sight stays where it is. */
  choose(run) {
    const place = (section) => section.element.getBoundingClientRect(), top = Math.max(0, this.nav.getBoundingClientRect().bottom);
    const at = this.sections.findIndex((section) => place(section).bottom > top), before = place(this.sections[at]).top;
    this.chosen = run;
    this.build();
    this.nav.querySelector("select").focus({ preventScroll: true });
    scrollBy(0, place(this.sections[at]).top - before);
  }

  /** Buttons that lead to the sections, and the network where there are two. */
  contents(run) {
    const nav = this.nav = Object.assign(document.createElement("nav"), { className: "contents", ariaLabel: "Sections of this page" });
    nav.append(...this.sections.map(({ element }) => {
      const heading = element.querySelector("h3"), [name] = heading.textContent.split(":");
      const button = Object.assign(document.createElement("button"), { textContent: name });
      button.addEventListener("click", () => { element.scrollIntoView({ block: "start" }); heading.focus({ preventScroll: true }); });
      return button;
    }));
    if (session.runs.length > 1) nav.append(this.networks(run));
    return nav;
  }

  networks(run) {
    const label = made("label", "network", "network "), select = document.createElement("select");
    select.append(...session.runs.map((each, i) => new Option(session.name(each), i)));
    select.value = session.runs.indexOf(run);
    select.addEventListener("change", () => this.choose(session.runs[Number(select.value)]));
    label.append(select);
    return label;
  }
}
