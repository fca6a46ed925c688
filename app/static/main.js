// Mounts each view where Gradio has made room for it.
import { Convolutions } from "./convolutions.js";
import { Embeddings } from "./embeddings.js";
import { Figures } from "./figures.js";
import { Iterations } from "./iterations.js";
import { Operators } from "./operators.js";
import { session } from "./session.js";
import { Stepper } from "./stepper.js";
import { Why } from "./why.js";

const VIEWS = { iterations: Iterations, operators: Operators, convolutions: Convolutions, embeddings: Embeddings, why: Why, figures: Figures };

function mount({ element, props, watch, trigger }) {
  const host = element.querySelector("[data-view]");
  if (!host || host.dataset.mounted) return;
  host.dataset.mounted = "yes";
  if (host.dataset.view !== "stepper") return void new VIEWS[host.dataset.view](host);
  new Stepper(host, { props, trigger });
  const show = () => session.show(props.runs ?? [], props.place);
  watch(["runs", "place"], show);
  show();
}

/** Gradio shows the examples as pictures without a name: their files have one. */
function nameExamples() {
  for (const picture of document.querySelectorAll("#form .gallery-item img")) {
    picture.closest("button").setAttribute("aria-label", decodeURI(picture.src).split("/").at(-1).replace(/\.\w+$/, ""));
  }
}

const waiting = window.interirMounts ?? [];
window.interirMounts = { push: mount };
waiting.forEach(mount);
nameExamples();
new MutationObserver(nameExamples).observe(document.body, { childList: true, subtree: true });
window.interirSession = session;
