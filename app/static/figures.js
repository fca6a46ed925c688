// The paper: choose a figure, see it at its size, and take it along with what makes it again.
import { taken } from "./export.js";
import { Form } from "./figures_form.js";
import { Preview } from "./figures_preview.js";
import { copy, link } from "./links.js";
import { fetchJson, posted } from "./net.js";
import { session } from "./session.js";
import { TrayList, tray } from "./tray.js";

const TEMPLATE = `
  <form class="order" autocomplete="off">
    <label class="what"><span>Figure</span><select name="kind"></select></label>
    <p class="about"></p>
    <label><span>For</span><select name="preset"></select></label>
    <section class="settings" aria-label="Settings"></section>
    <section class="tray" aria-label="Tray"></section>
  </form>
  <div class="result">
    <div class="bar"><span class="size"></span>
      <button class="draw" hidden>Draw</button><output class="status" role="status"></output>
      <label>shown at <select name="zoom"><option value="1">true size</option><option value="2">200 %</option><option value="fit">the width of this page</option></select></label></div>
    <div class="paper"></div>
    <div class="caption"><p></p><button class="copy" title="Copy the caption as LaTeX" aria-label="Copy caption">copy</button></div>
    <div class="take"><fieldset class="formats"><legend>In the ZIP</legend></fieldset>
      <button class="zip">Download ZIP</button>
      <span class="single"></span><button class="link" title="Copy a link that opens this page in this state">Copy link</button></div>
    <p class="again"></p>
  </div>`;

const BESIDE = { tex: "LaTeX", npz: "data (npz)", json: "manifest" };
const FROM_RUN = ["photo", "haze", "rain", "noise", "seed", "weights"];
const PRESET = "interir-preset";  // what panels on other pages are exported for
const PATIENCE = 300;  // milliseconds without a change until it is drawn

export class Figures {
  constructor(element) {
    Object.assign(this, { element, touched: {}, formats: {}, kind: null, preset: sessionStorage.getItem(PRESET) ?? "cvpr-page", seen: null });
    element.className = "page figures";
    element.innerHTML = TEMPLATE;
    this.preview = new Preview(this.part(".paper"), this.part(".size"), this.part(".caption p"));
    this.listen();
    session.whenSeen(element, () => this.build());
    session.attend(element, "place", () => { if (this.kinds) this.go(); });
    tray.addEventListener("change", () => this.pinned());
  }

  part(name) { return this.element.querySelector(name); }

  get info() { return this.kinds.find(({ kind }) => kind === this.kind); }

  listen() {
    const on = (name, event, listener) => this.part(name).addEventListener(event, listener);
    on("form", "submit", (event) => event.preventDefault());
    on("[name=kind]", "change", (event) => this.choose(event.target.value));
    on("[name=preset]", "change", (event) => this.place(event.target.value));
    on("[name=zoom]", "change", (event) => this.preview.zoom(event.target.value));
    on(".draw", "click", () => this.draw());
    on(".zip", "click", () => this.take("zip"));
    on(".copy", "click", ({ target }) => copy(target, this.preview.caption, (text) => this.say(text)));
    on(".link", "click", ({ target }) => copy(target, link({ figure: this.kind, preset: this.preset }), (text) => this.say(text)));
    this.part(".tray").append(new TrayList().element);
  }

  /** The forms for the runs on screen; what was of the run before goes back to what is on screen. */
  async build() {
    const run = session.main;
    if (!run) return;
    this.say("Loading …");
    try {
      const { kinds, presets } = await fetchJson(`figures/kinds.json?run=${run.info.id}`);
      if (run !== session.main) return;
      Object.assign(this, { kinds, presets });
    } catch (problem) {
      this.say(problem.message);
      return;
    }
    for (const touched of Object.values(this.touched)) FROM_RUN.forEach((name) => delete touched[name]);
    this.part("[name=preset]").replaceChildren(...this.presets.map(({ name, title }) => new Option(title, name)));
    this.say("");
    this.go();
  }

  /** What a link or a manifest asks for, once; else what was chosen before. */
  go() {
    const { place } = session, figure = place === this.seen ? null : place?.figure;
    this.seen = place;
    if (figure?.preset) sessionStorage.setItem(PRESET, this.preset = figure.preset);
    if (figure?.parameters) this.touched[figure.kind] = { ...figure.parameters };
    if (figure?.formats) this.formats[figure.kind] = figure.formats;
    this.part("[name=preset]").value = this.preset;
    this.list();
    this.choose(figure?.kind ?? this.kind ?? (tray.items.length ? "board" : this.kinds[0].kind));
    if (place?.note) this.say(place.note);
  }

  list() {
    const empty = tray.items.length || this.touched.board?.panels ? null : "Pin panels on the other pages first.";
    this.part("[name=kind]").replaceChildren(...this.kinds.map(({ kind, title, refusal, pinned }) => {
      const why = refusal ?? (pinned ? empty : null);
      return Object.assign(new Option(pinned ? "Board from the tray" : title, kind), { disabled: Boolean(why), title: why ?? "" });
    }));
    if (this.kind) this.part("[name=kind]").value = this.kind;
  }

  choose(kind) {
    this.kind = kind;
    this.part("[name=kind]").value = kind;
    this.touched[kind] ??= {};
    this.form = new Form(this.info.form, this.touched[kind]);
    this.form.addEventListener("change", () => this.changed());
    this.part(".about").textContent = this.info.about;
    this.part(".settings").replaceChildren(this.form.element);
    this.part(".draw").hidden = !this.info.slow;
    this.files();
    this.preview.clear();
    this.part(".again").textContent = "";
    this.drawn = null;
    this.changed(0);
  }

  /** Formats for the ZIP, and a button for each single file. */
  files() {
    const { formats } = this.info, chosen = (this.formats[this.kind] ??= formats.slice(0, 1));
    const boxes = formats.map((name) => {
      const box = Object.assign(document.createElement("input"), { type: "checkbox", value: name, checked: chosen.includes(name) });
      box.addEventListener("change", () => { this.formats[this.kind] = formats.filter((each) => this.part(`.formats [value=${each}]`).checked); });
      const label = document.createElement("label");
      label.append(box, ` ${name.toUpperCase()}`);
      return label;
    });
    const [legend] = this.part(".formats").children;
    this.part(".formats").replaceChildren(legend, ...boxes, "caption, data, manifest");
    const single = [...formats.map((name) => [name, name.toUpperCase()]), ...Object.entries(BESIDE)];
    this.part(".single").replaceChildren("or one file:", ...single.map(([name, title]) => {
      const button = Object.assign(document.createElement("button"), { textContent: title, value: name });
      button.addEventListener("click", () => this.take(name));
      return button;
    }));
  }

  /** The tray changed: a board is of it from now on. */
  pinned() {
    if (this.touched.board) delete this.touched.board.panels;
    if (!this.kinds) return;
    this.list();
    if (this.kind === "board") this.changed();
  }

  /** Where it will stand, here and for panels on the other pages. */
  place(preset) {
    this.preset = preset;
    sessionStorage.setItem(PRESET, preset);
    this.part("[name=preset]").value = preset;
    this.changed();
  }

  /** What is ordered; @throws a sentence for a setting that cannot be */
  order() {
    const { parameters } = this.form, panels = this.info.pinned ? { panels: this.touched.board.panels ?? tray.items.map(({ run, kind, parameters }) => ({ run, kind, parameters })) } : {};
    return { run: session.main.info.id, kind: this.kind, parameters: { ...parameters, ...panels }, preset: this.preset, formats: this.formats[this.kind] };
  }

  /** Draw again when there was no change for a moment; what runs for long waits for the button. */
  changed(wait = PATIENCE) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      try {
        const parameters = JSON.stringify(this.order().parameters);
        if (this.info.refusal) return this.say(this.info.refusal);
        if (this.info.slow && parameters !== this.drawn) return this.say("This runs networks on several photos: press Draw.");
        return this.draw();
      } catch (problem) {
        return this.say(problem.message);
      }
    }, wait);
  }

  /** One at a time: what changes meanwhile is drawn after. */
  async draw() {
    if (this.busy) { this.stale = true; return; }
    const preset = this.presets.find(({ name }) => name === this.preset), end = this.wait("drawing");
    this.busy = true;
    try {
      const order = this.order();
      const shown = await (await posted("figures/preview", order)).json();
      if (order.kind !== this.kind) return void end("");
      this.drawn = JSON.stringify(order.parameters);
      this.preview.show(shown, preset);
      this.part(".again").innerHTML = `The ZIP makes the same files again, to the byte: <code>python -m analysis.figures ${shown.stem}.json</code>, and <code>python app/main.py --open ${shown.stem}.json</code> opens this page as it is.`;
      end("");
    } catch (problem) {
      this.preview.fade();
      end(problem.message);
    } finally {
      this.busy = false;
      if (this.stale) { this.stale = false; this.changed(0); }
    }
  }

  async take(format) {
    const end = this.wait(format === "zip" ? "packing" : "making the file");
    try {
      end(`${await taken({ ...this.order(), format })} was saved.`);
    } catch (problem) {
      end(problem.message);
    }
  }

  say(text) { this.part(".status").textContent = text; }

  /** Say what goes on, with seconds once these are many; the function that ends it says what came of it. */
  wait(what) {
    const start = performance.now(), tell = () => {
      const seconds = Math.round((performance.now() - start) / 1000);
      this.say(`${what} …${seconds > 2 ? ` ${seconds} s` : ""}`);
    };
    const timer = setInterval(tell, 1000);
    this.element.setAttribute("aria-busy", "true");
    tell();
    return (text) => {
      clearInterval(timer);
      this.element.removeAttribute("aria-busy");
      this.say(text);
    };
  }
}
