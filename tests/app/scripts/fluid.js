// Milliseconds that hovering, zooming and panning a map of so many points take, pixels read back.
async (count) => {
  const { Scatter } = await import('/lens/static/scatter.js');
  const map = new Scatter(), frame = () => new Promise((done) => requestAnimationFrame(done));
  Object.assign(map.element.style, { position: 'fixed', left: 0, top: 0, width: '430px', height: '430px', zIndex: 99 });
  document.body.append(map.element);
  await frame(); await frame();
  const classes = Uint8Array.from({ length: count }, (_, i) => i % 8), shades = Array(count).fill('#0072B2');
  map.addEventListener('hover', ({ detail }) => { map.ringed = [detail.point, 0, 1, 2].filter((i) => i >= 0); map.draw(); });
  map.describe({ classes, shades });
  let seed = 1;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  map.show(Float32Array.from({ length: 2 * count }, random), [0, 0, 1, 1]);
  const at = (x, y) => ({ clientX: x, clientY: y, bubbles: true, button: 0, pointerId: 1, deltaY: -20, cancelable: true });
  const fire = (Kind, name, x, y) => map.canvas.dispatchEvent(new Kind(name, at(x, y)));
  const done = () => map.context.getImageData(0, 0, 1, 1);
  const times = {}, time = (name, act) => { const begun = performance.now(); act(); done(); (times[name] ??= []).push(performance.now() - begun); };
  map.canvas.setPointerCapture = () => {};
  for (let i = 0; i < 15; i++) {
    time('hover', () => fire(PointerEvent, 'pointermove', 50 + 20 * i, 60 + 17 * i));
    time('zoom', () => fire(WheelEvent, 'wheel', 200, 200));
  }
  fire(PointerEvent, 'pointerdown', 200, 200);
  for (let i = 0; i < 15; i++) time('pan', () => fire(PointerEvent, 'pointermove', 200 + 5 * i, 200 + 4 * i));
  fire(PointerEvent, 'pointerup', 280, 260);
  map.element.remove();
  return times;
}
