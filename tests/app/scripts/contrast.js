() => {
  // Texts on screen whose contrast with what is behind them is under 4.5 to 1 (WCAG 2, level AA).
  const numbers = (colour) => { const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number); return [r, g, b, a]; };
  const over = ([r, g, b, a], under) => [r, g, b].map((v, i) => v * a + under[i] * (1 - a));
  const luminance = (rgb) => rgb.reduce((sum, v, i) => {
    const s = v / 255;
    return sum + [0.2126, 0.7152, 0.0722][i] * (s <= 0.03928 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4);
  }, 0);
  const chain = (element) => (element ? [element, ...chain(element.parentElement)] : []);
  const behind = (element) => chain(element).map((e) => numbers(getComputedStyle(e).backgroundColor)).reverse()
    .reduce((under, layer) => over(layer, under), [255, 255, 255]);
  const exempt = "svg, option, script, style, :disabled, [aria-disabled=true]";
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = {};
  while (texts.nextNode()) {
    const { data, parentElement: element } = texts.currentNode;
    if (!data.trim() || element.closest(exempt) || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const under = behind(element), [r, g, b, a] = numbers(getComputedStyle(element).color);
    const opacity = chain(element).reduce((product, e) => product * getComputedStyle(e).opacity, 1);
    const [dark, light] = [luminance(under), luminance(over([r, g, b, a * opacity], under))].sort((one, other) => one - other);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5) found[data.trim().slice(0, 40)] = ratio;
  }
  return found;
}
