// What is fetched from this server beside Gradio's own.
const base = new URL("../", import.meta.url);

/** Address of something the server offers beside Gradio's own. */
export const address = (path) => new URL(path, base).href;

export const fetched = async (path) => {
  const response = await fetch(address(path));
  if (!response.ok) throw new Error(await response.text());
  return response;
};

export const fetchJson = async (path) => (await fetched(path)).json();
