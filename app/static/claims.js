// Claim cards: sentences of the paper, each with the measurement that tests it on the weights on screen.
import { sentence } from "./kernels.js";

const SHAPES = { supported: "●", "not supported": "■", undecided: "◆", "does not apply": "○", "not measured": "◇" };
const TERMS = [["measured", "Measured"], ["control", "Against"], ["supports", "Would support"], ["refutes", "Would refute"]];
const HOW = "Bars are 95 % intervals over photos, the dot is the mean. The dashed line is a threshold that was fixed beforehand: an interval wholly on its shaded side supports, wholly on the other refutes, across it decides nothing. A verdict is about these weights on these photos.";
const WIDTH = 200, HEIGHT = 24;

const SVG = "http://www.w3.org/2000/svg";
const slug = (verdict) => verdict.replaceAll(" ", "-");
const number = (v, decimals, signed) => `${v < 0 ? "−" : signed ? "+" : ""}${Math.abs(v).toFixed(decimals)}`;
const unit = (name) => (name ? ` ${name}` : "");

/** An element with children; text stays text, whatever a file holds. */
const node = (tag, className, ...children) => {
  const made = Object.assign(document.createElement(tag), { className });
  made.append(...children);
  return made;
};

/** A shape of a drawing. */
const shape = (tag, attributes, ...children) => {
  const made = document.createElementNS(SVG, tag);
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  made.append(...children);
  return made;
};

/** A mean with the ends of its interval, to the digits that its width is worth. */
function reading({ mean, low, high }, name, signed = true) {
  if ([mean, low, high].includes(null)) return "–";
  const width = Math.abs(high - low) || Math.abs(mean), decimals = width >= 0.1 || width === 0 ? 2 : width >= 0.01 ? 3 : 4;
  const [m, l, h] = [mean, low, high].map((v) => number(v, decimals, signed));
  return `${m}${unit(name)} [${l}, ${h}]`;
}

/** An interval on an axis beside its threshold; nothing where it has no ends. */
function bar({ value, scale, threshold, unit: name, verdict }) {
  const { mean, low, high } = value, [from, to] = scale;
  if ([mean, low, high, from, to].includes(null)) return "";
  const at = (x) => (WIDTH * (x - from)) / (to - from), y = HEIGHT / 2, edge = at(threshold);
  const line = (x1, x2, y1, y2, kind = "") => shape("line", { x1, x2, y1, y2, class: kind });
  const ends = [low, high].map((end) => line(at(end), at(end), y - 4, y + 4));
  return shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `interval ${reading(value, name)}, threshold ${threshold}`, class: slug(verdict) },
    shape("rect", { x: edge, y: 1, width: WIDTH - edge, height: HEIGHT - 2, class: "for" }),
    line(0, WIDTH, y, y, "axis"), line(edge, edge, 0, HEIGHT, "threshold"),
    shape("g", { class: "interval" }, line(at(low), at(high), y, y), ...ends, shape("circle", { cx: at(mean), cy: y, r: 4 })));
}

function badge(verdict) {
  const mark = node("i", "", SHAPES[verdict] ?? "◇");
  mark.ariaHidden = "true";
  return node("span", `badge ${slug(verdict)}`, mark, verdict);
}

/** A command with a button that copies it. */
function command(text) {
  const button = node("button", "copy", "Copy"), place = node("p", "command", node("code", "", text), button);
  button.type = "button";
  button.ariaLabel = `Copy: ${text}`;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(place.firstChild);  // where the browser keeps the clipboard to itself
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  return place;
}

export class Claims {
  /** @param run whose network's report is shown; it is fetched at once */
  constructor(run) {
    this.element = node("div", "claims", sentence("Loading …"));
    this.filled = this.fill(run);
  }

  async fill(run) {
    try {
      const { report, sentence: text, command: how } = await run.json("claims.json");
      this.element.replaceChildren(...(report ? this.report(report) : [sentence(text), command(how)]));
    } catch (problem) {
      this.element.replaceChildren(sentence(problem.message));
    }
  }

  report({ cards, network, against, weights, photos, data, side, command: how }) {
    const words = Object.keys(SHAPES).map((word) => [word, cards.filter(({ verdict }) => verdict === word).length]).filter(([, count]) => count);
    const tally = node("p", "tally", ...words.map(([word, count]) => node("span", "", badge(word), ` ${count}`)));
    const on = `${network.title} ${network.name} (${weights})${against ? `, beside ${against.title} ${against.name}` : ""}; ${photos.length} photos of ${data}, middle ${side} × ${side} px, where a card names no others.`;
    return [tally, node("p", "how", `${HOW} ${on}`), node("div", "deck", ...cards.map((card) => this.card(card))), command(how)];
  }

  card(card) {
    const title = node("h4", "", card.question), quote = node("blockquote", "", `“${card.quotation}” `, node("cite", "", card.section));
    const tests = node("ul", "trials", ...card.tests.map((test) => this.test(test)));
    const element = node("article", `claim ${slug(card.verdict)}`, badge(card.verdict), title, quote, ...(card.tests.length ? [tests] : []), ...card.notes.map((text) => node("p", "said", text)), this.details(card));
    element.ariaLabel = `${card.question} ${card.verdict}`;
    return element;
  }

  test(test) {
    const limit = node("small", "", `must exceed ${test.threshold}${unit(test.unit)}: ${test.verdict}`);
    return node("li", "", node("p", "what", test.what), bar(test), node("p", "value", reading(test.value, test.unit), limit));
  }

  /** How it was tested, what lies beside it, and the command. */
  details(card) {
    const terms = TERMS.flatMap(([key, name]) => [node("dt", "", name), node("dd", "", card[key])]);
    const rows = card.beside.map(({ what, unit: name, value }) => node("tr", "", node("th", "", what), node("td", "", reading(value, name, false))));
    const source = card.source ? [node("p", "said", `${card.source[0].toUpperCase()}${card.source.slice(1)}.`)] : [];
    return node("details", "", node("summary", "", "How it was tested"), node("dl", "", ...terms),
      ...(rows.length ? [node("table", "aside", node("caption", "", "Beside it, not judged"), ...rows)] : []), ...source, command(card.command));
  }
}
