// Work on the server: started by a button, followed line by line, cancelled by another.
import { lines } from "./net.js";

const TEMPLATE = `<button class="go"></button><button class="stop" hidden>Cancel</button>
  <progress hidden></progress><output class="hint" role="status"></output>`;

export class Job {
  /** @param path gives the address, or throws a sentence; @param heard called with each line; @param signal aborted when the page goes */
  constructor(label, { path, heard, signal }) {
    this.element = Object.assign(document.createElement("span"), { className: "job", innerHTML: TEMPLATE });
    Object.assign(this, { path, heard });
    this.part(".go").textContent = label;
    this.part(".go").addEventListener("click", () => this.start());
    this.part(".stop").addEventListener("click", () => this.stop());
    signal.addEventListener("abort", () => this.stop());
  }

  part(name) { return this.element.querySelector(name); }

  say(text) { this.part(".hint").textContent = text; }

  stop() { this.abort?.abort(); }

  /** Stop, and say nothing of it: something else is asked about. */
  leave() {
    this.stop();
    this.abort = null;
    this.busy(false);
    this.say("");
  }

  busy(on) {
    const held = this.element.contains(document.activeElement);
    [this.part(".go").hidden, this.part(".stop").hidden, this.part("progress").hidden] = [on, !on, !on];
    if (on) this.part("progress").removeAttribute("value");
    if (held) this.part(on ? ".stop" : ".go").focus();  // the button that was pressed is gone
  }

  async start() {
    this.stop();
    const abort = (this.abort = new AbortController()), last = () => this.abort === abort;
    this.busy(true);
    this.say("working …");
    try {
      for await (const line of lines(this.path(), abort.signal)) {
        if (!last()) return;
        Object.assign(this.part("progress"), { max: line.of, value: line.done });
        this.say(`${line.done} of ${line.of}`);
        this.heard(line);
      }
      if (last()) this.say("");
    } catch (problem) {
      if (last()) this.say(abort.signal.aborted ? "Cancelled." : problem.message);
    }
    if (last()) this.busy(false);
  }
}
