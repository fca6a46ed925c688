// A figure at the size that it will have in print.
import { fixed } from "./frames.js";

const MM = 25.4;

export class Preview {
  /** @param paper where it is shown; @param size, caption what is said of it */
  constructor(paper, size, caption) {
    Object.assign(this, { paper, size, said: caption, scale: "1", caption: "" });
  }

  /** @param shown what the server drew: a picture with its size, or LaTeX */
  show(shown, preset) {
    this.caption = shown.caption;
    this.said.textContent = shown.caption;
    this.said.parentElement.hidden = Boolean(shown.latex);  // the LaTeX has it
    const content = shown.latex ? Object.assign(document.createElement("pre"), { textContent: shown.latex }) : this.picture(shown);
    this.paper.replaceChildren(content);
    this.paper.classList.remove("stale");
    this.size.textContent = `${this.measures(shown, preset)} · drawn in ${fixed(shown.seconds, 1)} s`;
  }

  picture({ picture, inches, pixels, stem }) {
    this.width = inches ? `${inches[0]}in` : `${pixels[0]}px`;
    const image = Object.assign(document.createElement("img"), { src: picture, alt: `Preview of ${stem}` });
    this.image = image;
    this.zoom(this.scale);
    return image;
  }

  measures({ inches, pixels, latex }, preset) {
    if (latex) return `${preset.title}: LaTeX sets this table`;
    if (!inches) return `${pixels.join(" × ")} px`;
    const both = (unit, digits) => inches.map((v) => fixed(v * unit, digits)).join(" × ");
    return `${both(1, 2)} in (${both(MM, 0)} mm) · text ${preset.text} pt, labels ${preset.small} pt`;
  }

  /** True size is that of CSS inches: what a ruler says on a screen that is set up for it. */
  zoom(scale) {
    this.scale = scale;
    if (this.image) this.image.style.width = scale === "fit" ? "100%" : `calc(${scale} * ${this.width})`;
  }

  /** What is shown is no longer what is asked for. */
  fade() { this.paper.classList.add("stale"); }

  clear() {
    this.paper.replaceChildren();
    this.said.parentElement.hidden = true;
    Object.assign(this, { image: null, caption: "" });
    this.size.textContent = "";
  }
}
