// Points at places of the first map until an item is named; returns that place.
() => {
  const canvas = document.querySelector('.scatter canvas'), box = canvas.getBoundingClientRect();
  for (let y = 10; y < box.height; y += 5) for (let x = 10; x < box.width; x += 5) {
    canvas.dispatchEvent(new PointerEvent('pointermove', { clientX: box.x + x, clientY: box.y + y, bubbles: true }));
    if (document.querySelector('.card b')) return [box.x + x, box.y + y];
  }
  return null;
}
