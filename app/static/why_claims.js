// The claim cards, as a section of the Why page.
import { Claims } from "./claims.js";
import { Section } from "./why_section.js";

export class Cards extends Section {
  static about = {
    id: "cards", title: "Claim cards: what the paper says",
    read: "Each sentence of the paper beside the measurement that tests it on these weights, and the verdict, whichever it is.",
    check: "Check: every card says what would have refuted it, fixed before it was measured.",
  };

  async fill() { this.cells.replaceChildren(new Claims(this.run).element); }
}
