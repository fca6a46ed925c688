// NumPy's .npy files, as far as the server sends them: little-endian, C order.

const KINDS = {
  "<f4": Float32Array,
  "<f8": Float64Array,
  "|u1": Uint8Array,
  "<f2": globalThis.Float16Array ?? null,
};

/** Parse a .npy buffer into { shape, data }; half floats become singles where the browser lacks them. */
export function readNpy(buffer) {
  const view = new DataView(buffer);
  const start = 10 + view.getUint16(8, true);
  const header = new TextDecoder("latin1").decode(new Uint8Array(buffer, 10, start - 10));
  const kind = /'descr': '([^']+)'/.exec(header)[1];
  const shape = /'shape': \(([^)]*)\)/.exec(header)[1].split(",").filter((s) => s.trim()).map(Number);
  const body = buffer.slice(start);
  if (!(kind in KINDS)) throw new Error(`arrays of type ${kind} are not expected`);
  const data = KINDS[kind] ? new KINDS[kind](body) : halves(new Uint16Array(body));
  return { shape, data };
}

/** Numbers (h, w) in single precision as a .npy file in base64. */
export function npyText(values, height, width) {
  const words = `{'descr': '<f4', 'fortran_order': False, 'shape': (${height}, ${width}), }`;
  const header = `${words.padEnd(64 * Math.ceil((words.length + 11) / 64) - 11)}\n`;  // the numbers begin at a multiple of 64
  const start = `\x93NUMPY\x01\x00${String.fromCharCode(header.length & 255, header.length >> 8)}${header}`;
  const bytes = new Uint8Array(Float32Array.from(values).buffer), parts = [start];
  for (let i = 0; i < bytes.length; i += 8192) parts.push(String.fromCharCode(...bytes.subarray(i, i + 8192)));
  return btoa(parts.join(""));
}

function halves(bits) {
  return Float32Array.from(bits, (h) => {
    const sign = h & 0x8000 ? -1 : 1, exponent = (h >> 10) & 31, fraction = h & 1023;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}
