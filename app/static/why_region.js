// The region that is asked about: drawn on a picture, or typed.
import { made } from "./why_section.js";

const FIELDS = ["top", "left", "height", "width"];

export class Region {
  /** @param panel the picture to draw on; @param changed called when the region is another */
  constructor(run, panel, changed) {
    const [height, width] = run.info.size;
    Object.assign(this, { panel, changed, height, width, start: null });
    this.element = made("span", "region", `<button class="draw" aria-pressed="false" title="Then drag on the photo">Draw region</button>
      ${FIELDS.map((name) => `<label>${name} <input name="${name}" type="number" min="0" step="1"></label>`).join("")}<span class="of">px of ${width} × ${height}</span>`);
    this.button = this.element.querySelector("button");
    this.button.addEventListener("click", () => this.mode(this.layer.hidden));
    this.element.addEventListener("change", () => this.set(this.typed()));
    this.layer = Object.assign(made("div", "lasso"), { hidden: true });
    panel.stage.append(this.layer);
    panel.overlay = (...place) => this.paint(...place);
    for (const [event, handle] of [["pointerdown", "down"], ["pointermove", "move"], ["pointerup", "up"], ["pointercancel", "up"]]) {
      this.layer.addEventListener(event, (heard) => this[handle](heard));
    }
  }

  mode(on) {
    this.layer.hidden = !on;
    this.button.setAttribute("aria-pressed", on);
  }

  typed() { return FIELDS.map((name) => this.element.querySelector(`[name=${name}]`).valueAsNumber); }

  /** @param values top, left, height, width in pixels; what leaves the photo is cut off */
  set([top, left, height, width]) {
    const clamp = (v, low, high) => Math.max(low, Math.min(high, Math.round(v) || 0));
    const [y, x] = [clamp(top, 0, this.height - 2), clamp(left, 0, this.width - 2)];
    this.values = [y, x, clamp(height, 2, this.height - y), clamp(width, 2, this.width - x)];
    FIELDS.forEach((name, i) => { this.element.querySelector(`[name=${name}]`).value = this.values[i]; });
    this.panel.draw();
    this.changed();
  }

  get text() { return this.values.join(","); }

  down(event) {
    this.start = this.panel.under(event);
    this.layer.setPointerCapture(event.pointerId);
  }

  move(event) {
    const at = this.panel.under(event);
    if (!this.start || !at) return;
    const [x0, x1] = [this.start.x, at.x].sort((a, b) => a - b), [y0, y1] = [this.start.y, at.y].sort((a, b) => a - b);
    this.set([y0 * this.height, x0 * this.width, (y1 - y0) * this.height, (x1 - x0) * this.width]);
  }

  up() {
    if (this.start) this.mode(false);
    this.start = null;
  }

  /** The frame on a picture of the whole photo, at any scale. */
  paint(context, left, top, w, h) {
    if (!this.values) return;
    const [y, x, height, width] = this.values, across = w / this.width, down = h / this.height;
    const box = [left + x * across, top + y * down, width * across, height * down];
    for (const [colour, thickness] of [["rgba(0,0,0,.6)", 4], ["#E69F00", 2]]) {
      Object.assign(context, { strokeStyle: colour, lineWidth: thickness });
      context.strokeRect(...box);
    }
    context.lineWidth = 1;
  }
}
