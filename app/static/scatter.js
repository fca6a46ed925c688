// A map of points on a canvas: pan, zoom, hover, lasso; points travel to where k puts them.
import { CLASSES, MUTED, outline, sprite } from "./marks.js";

const REACH = 12;  // px within which the pointer finds a point
const TRAVEL = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 300;  // ms

const inside = (polygon, x, y) => {
  let odd = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [[ax, ay], [bx, by]] = [polygon[i], polygon[j]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
  }
  return odd;
};

/** Fires "hover" { point }, "open" { point } and "select" { points }. */
export class Scatter extends EventTarget {
  constructor() {
    super();
    this.element = Object.assign(document.createElement("div"), { className: "scatter" });
    this.element.innerHTML = `<canvas tabindex="-1" role="img" aria-label="map"></canvas><p class="message" hidden></p>`;
    this.canvas = this.element.querySelector("canvas");
    this.context = this.canvas.getContext("2d");
    Object.assign(this, { places: null, goal: null, shades: [], classes: [], muted: () => false, ringed: [], star: null, view: null, lasso: null });
    new ResizeObserver(() => this.resize()).observe(this.element);
    this.canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.canvas.addEventListener("pointerdown", (event) => this.press(event));
    this.canvas.addEventListener("pointermove", (event) => this.move(event));
    this.canvas.addEventListener("pointerleave", () => this.emit("hover", { point: -1 }));
    this.canvas.addEventListener("dblclick", () => this.reset());
  }

  emit(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail })); }

  say(text) {
    const message = this.element.querySelector(".message");
    message.hidden = !text;
    message.textContent = text;
    this.canvas.style.opacity = text ? 0.25 : 1;
  }

  clear() {
    Object.assign(this, { places: null, bounds: null, star: null });
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  /** What each point is: its class, and its shade as a colour. */
  describe({ classes, shades }) { Object.assign(this, { classes, shades }); this.draw(); }

  /** Put the points at places (x, y, x, y ..), within bounds [x0, y0, x1, y1] of all that may follow. */
  show(places, bounds) {
    if (`${bounds}` !== `${this.bounds}`) Object.assign(this, { bounds, view: null });
    const from = this.places?.length === places.length && TRAVEL ? this.places.slice() : null;
    this.goal = places;
    cancelAnimationFrame(this.travelling);
    if (!from) { this.places = places; return this.draw(); }
    const start = performance.now(), moved = new Float32Array(places.length);
    const frame = (now) => {
      const t = Math.min(1, Math.max(0, (now - start) / TRAVEL)), eased = t * t * (3 - 2 * t);
      for (let i = 0; i < moved.length; i++) moved[i] = from[i] + eased * (places[i] - from[i]);
      this.places = t < 1 ? moved : places;
      this.draw();
      if (t < 1) this.travelling = requestAnimationFrame(frame);
    };
    this.travelling = requestAnimationFrame(frame);
    return undefined;
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.element, ratio = devicePixelRatio || 1;
    if (!width || !height) return;
    Object.assign(this.canvas, { width: width * ratio, height: height * ratio });
    Object.assign(this, { width, height, ratio });
    this.draw();
  }

  reset() { this.view = null; this.draw(); }

  /** Pixels per unit and the middle, so that all of the map is in sight; both axes on one scale. */
  fit() {
    const [x0, y0, x1, y1] = this.bounds, scale = 0.92 * Math.min(this.width / (x1 - x0 || 1), this.height / (y1 - y0 || 1));
    return { scale, x: (x0 + x1) / 2, y: (y0 + y1) / 2 };
  }

  at(x, y) {
    const { scale, x: cx, y: cy } = this.view;
    return [this.width / 2 + (x - cx) * scale, this.height / 2 - (y - cy) * scale];
  }

  draw() {
    if (!this.places || !this.width || !this.bounds) return;
    this.view ??= this.fit();
    const { context, ratio } = this;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    const size = this.classes.length > 3000 ? 2.6 : 4;
    for (const grey of [true, false]) this.points(size, grey);
    this.rings();
    if (this.star) this.path();
    if (this.lasso) this.trace(this.lasso);
  }

  points(size, grey) {
    const { places, classes, context, ratio } = this;
    for (let i = 0; i < classes.length; i++) {
      if (this.muted(i) !== grey) continue;
      const [x, y] = this.at(places[2 * i], places[2 * i + 1]);
      if (x < -9 || y < -9 || x > this.width + 9 || y > this.height + 9) continue;
      const picture = sprite(CLASSES[classes[i] % CLASSES.length].shape, grey ? MUTED : this.shades[i], size, ratio);
      const side = picture.width / ratio;
      context.drawImage(picture, x - side / 2, y - side / 2, side, side);
    }
  }

  /** The points that belong together, ringed; a line joins them to the first. */
  rings() {
    const { context, places, ringed } = this, ink = getComputedStyle(this.element).color;
    const spots = ringed.map((i) => this.at(places[2 * i], places[2 * i + 1]));
    Object.assign(context, { strokeStyle: ink, lineWidth: 0.7 });
    spots.slice(1).forEach((spot) => { context.beginPath(); context.moveTo(...spots[0]); context.lineTo(...spot); context.stroke(); });
    context.lineWidth = 1.4;
    spots.forEach(([x, y]) => { context.beginPath(); context.arc(x, y, 7, 0, 2 * Math.PI); context.stroke(); });
  }

  /** One's own photo: its path over k, and a star where it is now. */
  path() {
    const { context } = this, ink = getComputedStyle(this.element).color, spots = this.star.path.map(([x, y]) => this.at(x, y));
    Object.assign(context, { strokeStyle: ink, lineWidth: 1.2, fillStyle: ink });
    this.trace(spots);
    spots.forEach(([x, y]) => { context.beginPath(); context.arc(x, y, 1.8, 0, 2 * Math.PI); context.fill(); });
    const here = spots[Math.min(this.star.now, spots.length - 1)];
    if (!here) return;
    context.save();
    context.translate(...here);
    outline(context, "star", 10);
    Object.assign(context, { fillStyle: "#F0E442", strokeStyle: "#000", lineWidth: 1.2 });
    context.fill();
    context.stroke();
    context.restore();
  }

  trace(spots) {
    this.context.beginPath();
    spots.forEach((spot, i) => this.context[i ? "lineTo" : "moveTo"](...spot));
    this.context.stroke();
  }

  near(px, py) {
    let best = REACH * REACH, found = -1;
    for (let i = 0; this.places && i < this.classes.length; i++) {
      const [x, y] = this.at(this.places[2 * i], this.places[2 * i + 1]), distance = (x - px) ** 2 + (y - py) ** 2;
      if (distance < best) [best, found] = [distance, i];
    }
    return found;
  }

  wheel(event) {
    if (!this.view) return;
    event.preventDefault();
    const factor = Math.exp(-event.deltaY / 400), { scale } = this.view, dx = (event.offsetX - this.width / 2) / scale, dy = (this.height / 2 - event.offsetY) / scale;
    this.view = { scale: scale * factor, x: this.view.x + dx * (1 - 1 / factor), y: this.view.y + dy * (1 - 1 / factor) };
    this.draw();
  }

  /** A drag pans; with Shift, or while a lasso was asked for, it selects; a press without one opens. */
  press(event) {
    if (event.button || !this.view) return;
    this.canvas.setPointerCapture(event.pointerId);
    const spot = [event.offsetX, event.offsetY];
    this.drag = { start: spot, view: this.view, moved: false };
    this.lasso = event.shiftKey || this.lassoing ? [spot] : null;
    const release = (end) => {
      this.canvas.removeEventListener("pointerup", release);
      this.canvas.removeEventListener("pointercancel", release);
      this.dropped(end);
    };
    this.canvas.addEventListener("pointerup", release);
    this.canvas.addEventListener("pointercancel", release);
  }

  move(event) {
    const { offsetX: x, offsetY: y } = event;
    if (!this.drag) return this.emit("hover", { point: this.view ? this.near(x, y) : -1 });
    const [sx, sy] = this.drag.start, { view } = this.drag;
    this.drag.moved ||= Math.hypot(x - sx, y - sy) > 3;
    if (this.lasso) this.lasso.push([x, y]);
    else if (this.drag.moved) this.view = { ...view, x: view.x - (x - sx) / view.scale, y: view.y + (y - sy) / view.scale };
    return this.draw();
  }

  dropped(event) {
    const { lasso, drag } = this;
    Object.assign(this, { lasso: null, drag: null });
    if (lasso && drag.moved) {
      const caught = Array.from(this.classes.keys()).filter((i) => inside(lasso, ...this.at(this.places[2 * i], this.places[2 * i + 1])));
      this.emit("select", { points: caught });
    } else if (!drag.moved && event.type === "pointerup") {
      const point = this.near(event.offsetX, event.offsetY);
      if (point >= 0) this.emit("open", { point });
    }
    this.draw();
  }
}
