// Pictures over k. A set of frames has a size, gives a drawable per k, and reads off values.
import { fetchJson, fetched } from "./net.js";
import { session } from "./session.js";

/** A true minus sign, as long as a plus. */
export const minus = (text) => text.replaceAll("-", "−");

export const format = (v) => {
  if (!Number.isFinite(v)) return "–";
  const size = Math.abs(v), long = size !== 0 && (size < 0.001 || size >= 10000);
  return minus(long ? v.toExponential(2) : v.toPrecision(3).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, ""));
};

/** A number with fixed digits, or a dash where there is none. */
export const fixed = (v, digits) => (Number.isFinite(v) ? minus(v.toFixed(digits)).replace(/^−(?=0\.?0*$)/, "") : "–");

/** Lossless photos, decoded before they are needed. */
export class PhotoFrames {
  constructor(bitmaps) {
    this.bitmaps = bitmaps;
    [this.width, this.height] = [bitmaps[0].width, bitmaps[0].height];
    this.probe = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  }

  static async load(urls) {
    const decode = async (url) => createImageBitmap(await (await fetched(url)).blob());
    return new PhotoFrames(await Promise.all(urls.map(decode)));
  }

  source(k) { return this.bitmaps[Math.min(k, this.bitmaps.length - 1)]; }

  read(k, x, y) {
    if (!this.source(k)) return "";
    this.probe.drawImage(this.source(k), -x, -y);
    const [r, g, b] = this.probe.getImageData(0, 0, 1, 1).data;
    return `RGB ${r} ${g} ${b}`;
  }

  close() {
    this.bitmaps.forEach((bitmap) => bitmap.close());
    this.bitmaps = [];
  }
}

let palettes = null;
export const loadPalettes = () => (palettes ??= fetchJson("palettes.json").catch((problem) => {
  palettes = null;  // the next one to ask may have more luck
  throw problem;
}));

/** Numbers (K, h, w) seen through a colour map; "diverging" ones are centred at zero. */
export class MapFrames {
  constructor({ shape, data }, role, palette, from = 0) {
    [this.count, this.height, this.width] = shape;
    Object.assign(this, { data, role, palette, drawn: new Map() });
    this.common = this.range(data.subarray(from * this.width * this.height));
  }

  /** @param from the first k that the common colour scale heeds */
  static async make(array, role, from = 0) {
    return new MapFrames(array, role, (await loadPalettes())[role], from);
  }

  /** One scale for what is compared: the widest of the diverging ranges. */
  static share(frames) {
    const reach = Math.max(...frames.map((f) => f.common[1]));
    frames.forEach((f) => { f.common = [-reach, reach]; f.drawn.clear(); });
    return frames;
  }

  slice(k) {
    const size = this.width * this.height, at = Math.min(k, this.count - 1);
    return this.data.subarray(at * size, (at + 1) * size);
  }

  /** From the 0.5th to the 99.5th percentile, so that a single place does not set the scale. */
  range(values) {
    const stride = Math.max(1, Math.floor(values.length / 20000));
    const sample = Float64Array.from({ length: Math.ceil(values.length / stride) }, (_, i) => values[i * stride]).sort();
    const at = (q) => sample[Math.min(sample.length - 1, Math.floor(q * sample.length))];
    if (this.role !== "diverging") return [at(0.005), Math.max(at(0.995), at(0.005) + 1e-9)];
    const reach = Math.max(Math.abs(at(0.005)), Math.abs(at(0.995)), 1e-9);
    return [-reach, reach];
  }

  limits(k) { return session.perFrame ? this.range(this.slice(k)) : this.common; }

  source(k) {
    const at = Math.min(k, this.count - 1);
    if (this.mode !== session.perFrame) this.drawn.clear();  // painted on another scale
    this.mode = session.perFrame;
    if (!this.drawn.has(at)) this.drawn.set(at, this.paint(at));
    return this.drawn.get(at);
  }

  paint(k) {
    const [low, high] = this.limits(k), scale = 255 / (high - low);
    const canvas = new OffscreenCanvas(this.width, this.height), context = canvas.getContext("2d");
    const image = context.createImageData(this.width, this.height), pixels = new Uint32Array(image.data.buffer);
    const table = this.palette.map(([r, g, b]) => (255 << 24) | (b << 16) | (g << 8) | r);
    const values = this.slice(k);
    for (let i = 0; i < pixels.length; i++) {
      const level = (values[i] - low) * scale;
      pixels[i] = table[level <= 0 ? 0 : level >= 255 ? 255 : Math.round(level)];
    }
    context.putImageData(image, 0, 0);
    return canvas;
  }

  /** Paint all frames when there is time, so that stepping only copies pixels. */
  prepare(k = 0) {
    if (k >= this.count) return;
    (window.requestIdleCallback ?? setTimeout)(() => { this.source(k); this.prepare(k + 1); });
  }

  read(k, x, y) { return format(this.slice(k)[y * this.width + x]); }
}

/** A binary mask (K, h, w) over a photo; 255 marks iterations where the module does not run. */
export class MaskFrames {
  constructor({ shape, data }, photo, colour) {
    [this.count, this.height, this.width] = shape;
    Object.assign(this, { data, under: photo, colour, drawn: new Map() });
  }

  slice(k) {
    const size = this.width * this.height;
    return this.data.subarray(k * size, (k + 1) * size);
  }

  absent(k) { return k >= this.count || this.slice(k)[0] === 255; }

  source(k) {
    if (!this.drawn.has(k)) this.drawn.set(k, this.paint(k));
    return this.drawn.get(k);
  }

  paint(k) {
    const canvas = new OffscreenCanvas(this.width, this.height), context = canvas.getContext("2d");
    const image = context.createImageData(this.width, this.height), values = this.slice(k);
    for (let i = 0; i < values.length; i++) image.data.set([...this.colour, values[i] === 1 ? 110 : 0], 4 * i);
    context.putImageData(image, 0, 0);
    return canvas;
  }

  read(k, x, y) { return this.absent(k) ? "not run" : this.slice(k)[y * this.width + x] ? "1: over τ" : "0"; }
}
