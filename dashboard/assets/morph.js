// Makes one element like another by touching only what differs, so that focus, selection and scrolling stay.

export function morph(old, next) {
  if (old.nodeType !== next.nodeType || old.nodeName !== next.nodeName) {
    old.replaceWith(next);
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== next.nodeValue) old.nodeValue = next.nodeValue;
    return;
  }
  for (const { name } of [...old.attributes]) {
    if (!next.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  const wanted = [...next.childNodes];
  const present = [...old.childNodes];
  wanted.forEach((child, place) => {
    if (place < present.length) morph(present[place], child);
    else old.append(child);
  });
  present.slice(wanted.length).forEach((child) => child.remove());
}
