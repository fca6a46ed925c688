// The one stepper of all pages: slider on the PSNR curve, buttons, keys, play.
import { fixed, format } from "./frames.js";
import { copy, link } from "./links.js";
import { session } from "./session.js";

const icon = (path) => `<svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true"><path d="${path}" fill="currentColor" stroke="currentColor" stroke-width="1.4" stroke-linejoin="round"/></svg>`;
const LINK = `<svg viewBox="0 0 16 16" width="13" height="13" aria-hidden="true"><path d="M6.5 9.5l3-3M7 4.5l1.8-1.8a3.2 3.2 0 0 1 4.5 4.5L11.5 9M9 11.5l-1.8 1.8a3.2 3.2 0 0 1-4.5-4.5L4.5 7" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round"/></svg>`;
const PLAY = `${icon("M4 2l10 6-10 6z")}<span>play</span>`, PAUSE = `${icon("M4 3h3v10H4zM9 3h3v10H9z")}<span>pause</span>`;

const TEMPLATE = `
  <div class="controls">
    <button data-go="first" title="First (Home)" aria-label="First iteration">${icon("M3 3v10M13 3L5 8l8 5z")}</button>
    <button data-go="back" title="Back (←)" aria-label="One iteration back">${icon("M11 3L4 8l7 5z")}</button>
    <button data-go="play" title="Play (Space)" aria-label="Play">${PLAY}</button>
    <button data-go="on" title="On (→)" aria-label="One iteration on">${icon("M5 3l7 5-7 5z")}</button>
    <button data-go="last" title="Last (End)" aria-label="Last iteration">${icon("M13 3v10M3 3l8 5-8 5z")}</button>
    <label>k = <input type="number" min="0" step="1" aria-label="Iteration"></label><span class="of"></span>
    <output class="reading" aria-live="polite"></output>
    <label class="scale">colours <select title="Range of the colour scales"><option value="">one scale for all k</option><option value="k">one scale per k</option></select></label>
    <span class="keys">← → Home End Space</span>
    <button class="link" title="Copy a link that opens the dashboard as it is now" aria-label="Copy link">${LINK}</button><output class="said" role="status"></output>
  </div>
  <div class="track"><svg preserveAspectRatio="none" aria-hidden="true"></svg>
    <input type="range" min="0" step="1" aria-label="Iteration k"></div>`;

const signed = (v) => `${v < 0 ? "−" : "+"}${Math.abs(v).toFixed(2)}`;

export class Stepper {
  constructor(element, { props, trigger }) {
    this.element = Object.assign(element, { innerHTML: TEMPLATE, className: "stepper" });
    this.range = element.querySelector("input[type=range]");
    this.number = element.querySelector("input[type=number]");
    this.timer = null;
    element.addEventListener("click", (event) => this.press(event.target.closest("[data-go]")?.dataset.go));
    this.range.addEventListener("input", () => session.go(this.range.valueAsNumber));
    this.number.addEventListener("change", () => { session.go(this.number.valueAsNumber); this.draw(); });
    element.querySelector("select").addEventListener("change", (event) => session.scale(event.target.value === "k"));
    const share = element.querySelector(".link"), said = element.querySelector(".said");
    share.addEventListener("click", () => copy(share, link(), (text) => { said.textContent = text; }));
    const head = element.closest("#view-stepper");  // sticks to the top: what is below it must know its height
    new ResizeObserver(() => document.documentElement.style.setProperty("--stepper", `${head.offsetHeight}px`)).observe(head);
    session.on("runs", () => this.reset());
    session.on("k", () => this.draw());
    document.addEventListener("keydown", (event) => this.key(event));
    // Python learns of k when it rests; while it moves, only the browser needs it.
    let rest;
    session.addEventListener("k", () => {
      clearTimeout(rest);
      rest = setTimeout(() => { props.value = session.k; trigger("change"); }, 250);
    });
  }

  press(what) {
    if (what === "play") return this.timer ? this.pause() : this.play();
    const goal = { first: 0, back: session.k - 1, on: session.k + 1, last: session.depth }[what];
    if (goal === undefined) return undefined;
    this.pause();
    return session.go(goal);
  }

  key(event) {
    const typing = event.target.closest?.("input:not([type=range]):not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable=true]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !session.main) return;
    const elsewhere = event.target.type === "range" && event.target !== this.range;
    const what = { ArrowLeft: "back", ArrowRight: "on", Home: "first", End: "last", " ": "play" }[event.key];
    if (!what || elsewhere || (what === "play" && event.target.closest?.("button, a, [role=tab], [type=radio], [type=checkbox]"))) return;
    event.preventDefault();
    this.press(what);
  }

  play() {
    if (session.k >= session.depth) session.go(0);
    this.timer = setInterval(() => { session.go(session.k + 1); if (session.k >= session.depth) this.pause(); }, 450);
    this.playing(true);
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.playing(false);
  }

  playing(now) {
    const button = this.element.querySelector("[data-go=play]");
    button.innerHTML = now ? PAUSE : PLAY;
    button.setAttribute("aria-label", now ? "Pause" : "Play");
    this.element.querySelector(".reading").setAttribute("aria-live", now ? "off" : "polite");
  }

  reset() {
    this.pause();
    this.element.classList.toggle("compared", session.runs.length > 1);
    this.range.max = this.number.max = session.depth;
    this.range.disabled = this.number.disabled = !session.main;
    this.element.querySelector(".of").textContent = session.main ? `of ${session.depth}` : "";
    this.curve();
  }

  /** The quality curve of each run, so that a place on the slider is a place on it. */
  curve() {
    const svg = this.element.querySelector(".track svg"), lines = session.runs.map((run) => run.info.psnr ?? run.info.norms.residual.slice(1));
    const values = lines.flat().filter(Number.isFinite), low = Math.min(...values), high = Math.max(...values);
    svg.setAttribute("viewBox", `0 0 ${Math.max(1, session.depth)} 1`);
    svg.innerHTML = lines.map((line, i) => {
      const offset = session.runs[i].info.psnr ? 0 : 1;
      const points = line.map((v, k) => `${k + offset},${0.95 - 0.9 * ((v - low) / (high - low || 1))}`).join(" ");
      return `<polyline class="line${i}" points="${points}" vector-effect="non-scaling-stroke"/>`;
    }).join("");
  }

  draw() {
    this.range.value = this.number.value = session.k;
    this.element.querySelector(".reading").textContent = session.runs.map((run) => this.reading(run)).join("   |   ");
  }

  reading(run) {
    const { info } = run, k = run.at(session.k), parts = [];
    if (session.runs.length > 1) parts.push(`${session.name(run)}${k < session.k ? ` (k = ${k})` : ""}`);
    const over = session.runs.length > 1 ? "" : " over the input", round = (v) => Math.round(100 * v) / 100;
    const gain = Number.isFinite(info.inputPsnr) ? ` (${signed(round(info.psnr?.[k]) - round(info.inputPsnr))}${over})` : "";
    if (info.psnr) parts.push(`${session.runs.length > 1 ? "" : "PSNR "}${fixed(info.psnr[k], 2)} dB${gain}`);
    else if (k > 0) parts.push(`RMS of F ${format(info.norms.residual[k])}`);
    return parts.join(" ");
  }
}
