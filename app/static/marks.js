// Markers by class: eight colours and eight shapes, so that either alone tells the classes apart.
export const CLASSES = [
  { colour: "#7f7f7f", shape: "circle" },
  { colour: "#CC79A7", shape: "star" },
  { colour: "#0072B2", shape: "square" },
  { colour: "#E69F00", shape: "diamond" },
  { colour: "#009E73", shape: "cross" },
  { colour: "#56B4E9", shape: "up" },
  { colour: "#D55E00", shape: "plus" },
  { colour: "#A6761D", shape: "down" },
];

export const MUTED = "rgba(140,140,140,.28)";

const polygon = (corners, turn = 0) => Array.from({ length: corners }, (_, i) => {
  const angle = turn - Math.PI / 2 + (2 * Math.PI * i) / corners;
  return [Math.cos(angle), Math.sin(angle)];
});

const OUTLINES = {
  square: polygon(4, Math.PI / 4),
  diamond: polygon(4),
  up: polygon(3),
  down: polygon(3, Math.PI),
  star: polygon(10).map(([x, y], i) => (i % 2 ? [0.42 * x, 0.42 * y] : [1.15 * x, 1.15 * y])),
};

/** Trace a marker of radius r around the origin. */
export function outline(context, shape, r) {
  context.beginPath();
  if (shape === "circle") return context.arc(0, 0, 0.85 * r, 0, 2 * Math.PI);
  if (shape === "cross" || shape === "plus") return bars(context, shape === "cross" ? Math.PI / 4 : 0, r);
  OUTLINES[shape].forEach(([x, y], i) => context[i ? "lineTo" : "moveTo"](1.1 * r * x, 1.1 * r * y));
  return context.closePath();
}

function bars(context, turn, r) {
  const w = 0.34 * r, corners = [[-w, -r], [w, -r], [w, -w], [r, -w], [r, w], [w, w], [w, r], [-w, r], [-w, w], [-r, w], [-r, -w], [-w, -w]];
  const [c, s] = [Math.cos(turn), Math.sin(turn)];
  corners.forEach(([x, y], i) => context[i ? "lineTo" : "moveTo"](c * x - s * y, s * x + c * y));
  context.closePath();
}

const sprites = new Map();

/** A marker as a small picture: thousands are copied faster than drawn. */
export function sprite(shape, colour, size, ratio) {
  const key = `${shape} ${colour} ${size} ${ratio}`;
  if (!sprites.has(key)) {
    const side = Math.ceil((2.6 * size + 2) * ratio), canvas = new OffscreenCanvas(side, side), context = canvas.getContext("2d");
    context.translate(side / 2, side / 2);
    context.scale(ratio, ratio);
    outline(context, shape, size);
    context.fillStyle = colour;
    context.fill();
    sprites.set(key, canvas);
  }
  return sprites.get(key);
}

/** The same marker for a legend. */
export function swatch(index) {
  const { colour, shape } = CLASSES[index % CLASSES.length], canvas = document.createElement("canvas");
  canvas.width = canvas.height = 28;
  canvas.className = "swatch";
  canvas.ariaHidden = true;  // the label beside it says the same
  canvas.getContext("2d").drawImage(sprite(shape, colour, 5, 2), 1, 1);
  return canvas;
}
