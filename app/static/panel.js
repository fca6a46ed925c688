// A picture with its title, scale, read-out and note. Panels of a link share zoom, pan and cursor.
import { Menu, entries, named, save } from "./export.js";
import { format, loadPalettes } from "./frames.js";
import { session } from "./session.js";

/** What linked panels share: the magnification, the centre and the cursor, in shares of the picture. */
export class Link {
  zoom = 1; x = 0.5; y = 0.5; cursor = null; panels = [];

  change(values) {
    Object.assign(this, values);
    const half = 0.5 / this.zoom;
    this.x = Math.min(1 - half, Math.max(half, this.x));
    this.y = Math.min(1 - half, Math.max(half, this.y));
    this.panels.forEach((panel) => panel.draw());
  }

  zoomAt(factor, x, y) {
    const zoom = Math.min(32, Math.max(1, this.zoom * factor)), keep = this.zoom / zoom;
    this.change({ zoom, x: x + (this.x - x) * keep, y: y + (this.y - y) * keep });
  }
}

const TEMPLATE = `
  <figcaption><span class="symbol"></span><span class="title"></span><span class="metric"></span></figcaption>
  <div class="stage"><canvas tabindex="-1"></canvas><output class="probe"></output><p class="message" hidden></p></div>
  <div class="scale" hidden><span class="low"></span><i></i><span class="high"></span></div>
  <p class="note"></p>`;

export class Panel {
  /** @param link panels that move together; @param pick called with (x, y) of a clicked place; @param from the first k there is a picture of; @param source what the server draws of it: () => ({ kind, parameters }) */
  constructor({ symbol, title, note, link = new Link(), run = null, pick = null, from = 0, source = null }) {
    this.element = Object.assign(document.createElement("figure"), { className: "panel", innerHTML: TEMPLATE });
    const part = (name) => this.element.querySelector(name);
    Object.assign(this, { title, link, run, pick, from, source, detail: "", frames: null, canvas: part("canvas"), stage: part(".stage") });
    part(".symbol").innerHTML = symbol;
    part(".title").textContent = title;
    part(".note").innerHTML = note;
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", title);
    this.context = this.canvas.getContext("2d");
    link.panels.push(this);
    new ResizeObserver(() => this.fit()).observe(this.stage);
    part("figcaption").append(new Menu(title, () => this.choices()).element);
    this.listen();
  }

  get k() { return Math.max(this.from, this.run ? this.run.at(session.k) : session.k); }

  metric(text) { this.element.querySelector(".metric").textContent = text; }

  /** Show frames, or a promise of them; a failure is a sentence in the panel. */
  async show(frames) {
    const turn = (this.turn = Symbol());
    if (frames instanceof Promise && !this.frames) this.say("Loading …");
    try {
      const ready = await frames;
      if (turn !== this.turn) return;
      this.frames = ready;
      this.say("");
      ready.prepare?.();
      this.stage.style.aspectRatio = `${ready.under?.width ?? ready.width} / ${ready.under?.height ?? ready.height}`;
      this.fit();
    } catch (problem) {
      if (turn === this.turn) this.say(problem.message);
    }
  }

  /** Put a sentence in the picture's place. */
  say(text) {
    const message = this.element.querySelector(".message");
    message.textContent = text;
    message.hidden = !text;
    this.canvas.style.visibility = text && text !== "Loading …" ? "hidden" : "visible";
    if (text && text !== "Loading …") this.frames = null;
    if (text && this.run) this.stage.style.aspectRatio = `${this.run.info.size[1]} / ${this.run.info.size[0]}`;
  }

  fit() {
    const { width, height } = this.stage.getBoundingClientRect(), density = window.devicePixelRatio || 1;
    if (!width || !height) return;
    this.canvas.width = Math.round(width * density);
    this.canvas.height = Math.round(height * density);
    this.draw();
  }

  /** Where the picture lies on the canvas: left, top, width, height. */
  place() {
    const { width, height } = this.frames.under ?? this.frames, { canvas, link } = this;
    const scale = Math.min(canvas.width / width, canvas.height / height) * link.zoom;
    const [w, h] = [width * scale, height * scale];
    return [canvas.width / 2 - link.x * w, canvas.height / 2 - link.y * h, w, h];
  }

  draw() {
    if (!this.frames || !this.canvas.width || !this.canvas.offsetParent) return;
    const { context, canvas, frames, k } = this, [left, top, w, h] = this.place();
    context.clearRect(0, 0, canvas.width, canvas.height);
    const layers = [frames.under?.source(k), frames.absent?.(k) ? null : frames.source(k)];
    for (const layer of layers.filter(Boolean)) {
      context.imageSmoothingEnabled = w < layer.width;
      context.drawImage(layer, left, top, w, h);
    }
    this.legend();
    this.overlay?.(context, left, top, w, h);
    this.cross(left, top, w, h);
  }

  cross(left, top, w, h) {
    const { cursor } = this.link, { context, canvas } = this, probe = this.element.querySelector(".probe");
    probe.textContent = "";
    if (!cursor) return;
    const [x, y] = [left + cursor.x * w, top + cursor.y * h];
    context.strokeStyle = "rgba(128, 128, 128, .55)";
    context.beginPath();
    context.moveTo(x, 0); context.lineTo(x, canvas.height);
    context.moveTo(0, y); context.lineTo(canvas.width, y);
    context.stroke();
    const column = Math.floor(cursor.x * this.frames.width), row = Math.floor(cursor.y * this.frames.height);
    probe.textContent = `row ${row}, column ${column}   ${this.frames.read(this.k, column, row)}`;
  }

  async legend() {
    const scale = this.element.querySelector(".scale"), { frames } = this;
    scale.hidden = !frames.limits;
    if (!frames.limits) return;
    const [low, high] = frames.limits(this.k);
    scale.querySelector(".low").textContent = format(low);
    scale.querySelector(".high").textContent = format(high);
    if (scale.dataset.role === frames.role) return;
    scale.dataset.role = frames.role;
    const colours = (await loadPalettes())[frames.role].filter((_, i) => i % 17 === 0).map((c) => `rgb(${c})`);
    scale.querySelector("i").style.background = `linear-gradient(90deg, ${colours})`;
  }

  /** The place under the pointer, in shares of the picture, or null outside. */
  under(event) {
    if (!this.frames) return null;
    const box = this.canvas.getBoundingClientRect(), density = this.canvas.width / box.width;
    const [left, top, w, h] = this.place();
    const x = ((event.clientX - box.left) * density - left) / w, y = ((event.clientY - box.top) * density - top) / h;
    return x >= 0 && x < 1 && y >= 0 && y < 1 ? { x, y, w: w / density, h: h / density } : null;
  }

  listen() {
    const { canvas, link } = this;
    let held = null, moved = false;
    canvas.addEventListener("pointerdown", (event) => {
      held = this.under(event) && [event.clientX, event.clientY, link.x, link.y];
      moved = false;
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      const at = this.under(event);
      if (!held || !at) return link.change({ cursor: at });
      const [dx, dy] = [event.clientX - held[0], event.clientY - held[1]];
      moved ||= Math.hypot(dx, dy) > 3;
      link.change({ cursor: null, x: held[2] - dx / at.w, y: held[3] - dy / at.h });
    });
    canvas.addEventListener("pointerup", (event) => {
      const at = this.under(event);
      if (held && !moved && at) this.pick?.(Math.floor(at.x * this.frames.width), Math.floor(at.y * this.frames.height));
      held = null;
    });
    canvas.addEventListener("pointerleave", () => link.change({ cursor: null }));
    canvas.addEventListener("dblclick", () => link.change({ zoom: 1, x: 0.5, y: 0.5 }));
    canvas.addEventListener("wheel", (event) => {
      const at = this.under(event);
      if (!at || !(event.ctrlKey || event.metaKey || event.shiftKey)) return;
      event.preventDefault();
      link.zoomAt(Math.exp(-(event.deltaY || event.deltaX) / 300), at.x, at.y);
    }, { passive: false });
  }

  /** What can be done with the picture on screen. */
  choices() {
    const shown = this.frames && !this.frames.absent?.(this.k);
    return shown ? entries(this.descriptor(), { "PNG, its own pixels": () => this.save() }) : [];
  }

  /** The picture on screen as a figure: the same k, colours and part; null where no figure is known of it. */
  descriptor() {
    const given = this.source?.(), run = this.run ?? session.main;
    if (!given) return null;
    const { zoom, x, y } = this.link, [low, high] = this.frames.limits?.(this.k) ?? [0, 0];
    const place = given.kind === "panel" ? { k: run.at(this.k), low, high, zoom, x, y } : {};
    return { run: run.info.id, kind: given.kind, parameters: { ...place, ...given.parameters }, title: `${this.title}, k = ${run.at(this.k)}, ${run.info.family}` };
  }

  async save() {
    const picture = this.frames.source(this.k), { width, height } = this.frames.under ?? picture;
    const sheet = new OffscreenCanvas(width, height), context = sheet.getContext("2d");
    context.imageSmoothingEnabled = false;
    for (const layer of [this.frames.under?.source(this.k), picture].filter(Boolean)) context.drawImage(layer, 0, 0, width, height);
    save(await sheet.convertToBlob({ type: "image/png" }), named([this.run?.info.name, this.title, this.detail, `k${String(this.k).padStart(2, "0")}`], "png"));
  }
}
