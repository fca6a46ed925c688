// Links to what is on screen, and the clipboard.
import { fetchJson } from "./net.js";
import { session } from "./session.js";

/** The page on screen, as an address calls it. */
const tab = () => document.querySelector("#stage [role=tab][aria-selected=true]")?.textContent.trim().toLowerCase() ?? "";

/** An address that opens the dashboard as it is now; @param more what the page has to add */
export async function link(more = {}) {
  const runs = new URLSearchParams(session.runs.map((run) => ["run", run.info.id]));
  const { query } = await fetchJson(`figures/link.json?${runs}`);
  const words = new URLSearchParams({ k: session.k, tab: tab(), ...more });
  return `${location.origin}${location.pathname}?${query}&${words}`;
}

/** Copy a text, or a promise of one, and say so on the button; @param say takes the sentence where that fails */
export async function copy(button, text, say) {
  const was = (button.dataset.was ??= button.innerHTML);
  say("");
  try {
    const ready = await text;
    if (!navigator.clipboard) return say(ready);  // without https a browser offers none: it can be copied by hand
    await navigator.clipboard.writeText(ready);
    button.textContent = "✓";
    setTimeout(() => { button.innerHTML = was; }, 1500);
  } catch (problem) {
    say(problem.message);
  }
  return undefined;
}
