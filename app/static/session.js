// One visit: the runs on screen, and the iteration that all pages show.
import { PhotoFrames } from "./frames.js";
import { address, fetchJson, fetched } from "./net.js";
import { readNpy } from "./npy.js";

/** A run as the server describes it; its arrays are fetched when first asked for, and kept. */
export class Run {
  constructor(info) {
    this.info = info;
    this.kept = new Map();
  }

  get depth() { return this.info.depth; }

  /** The iteration this run shows at the common k: its last one, where it is shorter. */
  at(k) { return Math.min(k, this.depth); }

  path(name) { return `runs/${this.info.id}/${name}`; }

  keep(key, make) {
    if (!this.kept.has(key)) {
      const value = make();
      this.kept.set(key, value);
      value.catch(() => this.kept.delete(key));  // the next one to ask may have more luck
    }
    return this.kept.get(key);
  }

  array(name) { return this.keep(name, async () => readNpy(await (await fetched(this.path(name))).arrayBuffer())); }

  json(name) { return this.keep(name, () => fetchJson(this.path(name))); }

  estimates() {
    const names = Array.from({ length: this.depth + 1 }, (_, k) => `estimate/${k}.png`);
    return this.keep("estimates", () => PhotoFrames.load(names.map((n) => address(this.path(n)))));
  }

  photo(name) { return this.keep(name, () => PhotoFrames.load([address(this.path(`${name}.png`))])); }

  /** Free decoded pictures at once; the collector would take its time. */
  async close() {
    for (const value of this.kept.values()) (await Promise.resolve(value).catch(() => null))?.close?.();
    this.kept.clear();
  }
}

/** Fires "runs" when runs change, "k" when the iteration or its colour scale does, "place" when a link or a manifest opened them. */
class Session extends EventTarget {
  runs = [];
  k = 0;
  place = null;  // what a link or a manifest says of where to look: k, figure, note
  perFrame = false;  // colour scales: one for all k, or one per k

  /** What to call a run beside the others: its family, or its weights where these differ alone. */
  name(run) {
    const alike = this.runs.filter((other) => other.info.family === run.info.family);
    if (alike.length < 2) return run.info.family;
    return new Set(alike.map((other) => other.info.name)).size < 2 ? `${run.info.name} ${this.runs.indexOf(run) + 1}` : run.info.name;
  }

  get main() { return this.runs[0] ?? null; }

  get depth() { return Math.max(0, ...this.runs.map((run) => run.depth)); }

  show(infos, place = null) {
    const before = this.runs;
    const known = new Map(before.map((run) => [run.info.id, run]));
    this.runs = infos.filter(Boolean).map((info) => known.get(info.id) ?? new Run(info));
    before.filter((run) => !this.runs.includes(run)).forEach((run) => run.close());
    const fresh = before[0]?.info.title !== this.main?.info.title;
    const wasLast = fresh || before.length === 0 || this.k >= Math.max(...before.map((run) => run.depth));
    this.k = Math.max(0, Math.min(place?.k ?? (wasLast ? this.depth : this.k), this.depth));
    this.place = place ?? this.place;
    this.dispatchEvent(new Event("runs"));
    this.dispatchEvent(new Event("k"));
    if (place) this.dispatchEvent(new Event("place"));
  }

  go(k) {
    const next = Math.max(0, Math.min(this.depth, Math.round(k)));
    if (!Number.isFinite(next) || next === this.k) return;
    this.k = next;
    this.dispatchEvent(new Event("k"));
  }

  scale(perFrame) {
    this.perFrame = perFrame;
    this.dispatchEvent(new Event("k"));  // every page draws again
  }

  /** Listen for as long as an element is on the page. */
  attend(element, event, listener) {
    let placed = false;
    const heard = () => {
      placed ||= element.isConnected;
      if (placed && !element.isConnected) this.removeEventListener(event, heard);
      else listener();
    };
    this.addEventListener(event, heard);
  }

  on(event, listener) { this.addEventListener(event, listener); listener(); }

  /** Build a page for the runs on screen, but not before it is looked at: a hidden page fetches nothing. */
  whenSeen(element, build) {
    let stale = true;
    const look = () => {
      if (!stale || !element.offsetParent) return;
      stale = false;
      build();
    };
    new IntersectionObserver(look).observe(element);
    this.on("runs", () => { stale = true; look(); });
  }
}

export const session = new Session();
