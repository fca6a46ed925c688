// A section of the Why page: a title, how to read it, what its check is, and room for what it shows.

/** An element of HTML. */
export const made = (tag, className, innerHTML = "") => Object.assign(document.createElement(tag), { className, innerHTML });

/** Let the fields and buttons of a form be used, or not yet. */
export const usable = (form, on) => form.querySelectorAll("button, input, select").forEach((field) => { field.disabled = !on; });

export class Section {
  /** Subclasses have `static about = { id, title, read, check }`, and `fill()`, which is called once the section is in sight. */
  constructor(run, signal) {
    const { id, title, read, check } = this.constructor.about;
    this.element = made("section", id, `<h3 tabindex="-1">${title}</h3><p class="lead">${read} <span class="check">${check}</span></p>
      <div class="head"></div><div class="cells"></div>`);
    Object.assign(this, { run, signal, panels: [] });
  }

  part(name) { return this.element.querySelector(name); }

  get head() { return this.part(".head"); }

  get cells() { return this.part(".cells"); }

  /** Fill it when it is first seen: a page that nobody scrolls computes nothing. */
  watch() {
    const over = ["#view-stepper", ".why .contents"].map((name) => document.querySelector(name).offsetHeight);
    const inside = { rootMargin: `-${over[0] + over[1]}px 0px 0px` };  // what lies under these is not in sight
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      this.element.classList.add("filled");
      this.fill();
    }, inside);
    seen.observe(this.element);
    this.signal.addEventListener("abort", () => seen.disconnect());
  }

  draw() { this.panels.forEach((panel) => panel.draw()); }

  /** Whether the section still is of the run on screen: answers may come late. */
  get current() { return !this.signal.aborted; }
}
