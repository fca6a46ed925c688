() => {
  // Numbers on screen with a hyphen for a minus sign.
  const texts = document.createTreeWalker(document.querySelector("#stage"), NodeFilter.SHOW_TEXT), found = [];
  while (texts.nextNode()) {
    const { data, parentElement } = texts.currentNode;
    if (parentElement.checkVisibility() && /(^|[^\p{L}\d])-\d/u.test(data)) found.push(data);
  }
  return found;
}
