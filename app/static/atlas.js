// The bank of embeddings as the server holds it: what is in it, its maps, and one's own photo on them.
import { address, fetchJson, lines } from "./net.js";

export const question = (wanted, more = {}) => new URLSearchParams({ ...wanted, ...more }).toString();

/** A map over k: frames as they arrive, and the bounds of all of them. */
export class Journey {
  constructor(wanted) { Object.assign(this, { wanted, ks: [], frames: new Map(), star: [] }); }

  /** @param heard called with a note after each frame */
  async load(signal, heard) {
    for await (const line of lines(`atlas/journey.ndjson?${question(this.wanted)}`, signal)) {
      if (line.ks) this.ks = line.ks;
      if (line.note) heard(line.note);
      if (!line.points) continue;
      this.frames.set(line.k, Float32Array.from(line.points));
      this.widen(line.points);
      heard(`${this.frames.size} of ${this.ks.length} maps`);
    }
    return this;
  }

  widen(points) {
    const [x0, y0, x1, y1] = this.bounds ?? [Infinity, Infinity, -Infinity, -Infinity];
    const low = [x0, y0], high = [x1, y1];
    points.forEach((v, i) => { low[i % 2] = Math.min(low[i % 2], v); high[i % 2] = Math.max(high[i % 2], v); });
    this.bounds = [...low, ...high];
  }

  /** The map to show at k: that of the nearest iteration there is. */
  nearest(k) {
    const there = [...this.frames.keys()];
    return there.reduce((best, each) => (Math.abs(each - k) < Math.abs(best - k) ? each : best), there[0]);
  }

  /** Where the photo of a run lies, k by k. */
  async place(run, signal) {
    const found = [];
    for await (const line of lines(`atlas/star.ndjson?${question(this.wanted, { run })}`, signal)) found.push({ k: line.k, point: line.point });
    this.star = found;
  }

  /** Its path, and which of its places belongs to k. */
  path(k) {
    if (!this.star.length) return null;
    const now = this.star.findIndex((place) => place.k === this.nearest(k));
    return { path: this.star.map((place) => place.point), now: Math.max(0, now) };
  }
}

export const about = () => fetchJson("atlas/about.json");

export const scores = (source) => fetchJson(`atlas/scores.json?${question({ source })}`);

export const verdict = (network, source, k, run) => fetchJson(`atlas/verdict.json?${question({ network, source, k, run })}`);

export const picture = (photo) => address(`atlas/picture/${photo}.webp`);

/** Restore an item by some networks: what the session then shows. */
export const opened = (item, networks) => fetchJson(`atlas/open.json?${new URLSearchParams([["item", item], ...networks.map((name) => ["network", name])])}`);

/** The chosen items as a CSV file, as they lie on the maps at k. */
export async function download(maps, k, items) {
  const body = JSON.stringify({ maps, k, items });
  const response = await fetch(address("atlas/items.csv"), { method: "POST", body });
  if (!response.ok) throw new Error(await response.text());
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(await response.blob()), download: `items_k${k}.csv` });
  link.click();
  URL.revokeObjectURL(link.href);
}
