// What is fetched from this server beside Gradio's own.
const base = new URL("../", import.meta.url);

/** Address of something the server offers beside Gradio's own. */
export const address = (path) => new URL(path, base).href;

export const fetched = async (path, options) => {
  const response = await fetch(address(path), options);
  if (!response.ok) throw new Error(await response.text());
  return response;
};

/** What comes back for JSON that is too long for an address. */
export const posted = (path, body) => fetched(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const fetchJson = async (path) => (await fetched(path)).json();

/** Lines of JSON as they come; a line that says what went wrong is thrown. */
export async function* lines(path, signal) {
  const response = await fetch(address(path), { signal });
  if (!response.ok) throw new Error(await response.text());
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ""; ;) {
    const { value, done } = await reader.read();
    const parts = (rest + (value ?? "")).split("\n");
    rest = parts.pop();
    for (const part of parts) {
      const line = JSON.parse(part);
      if (line.problem) throw new Error(line.problem);
      yield line;
    }
    if (done) return;
  }
}
