/** What an element is made of: a string becomes text, never markup. */
export type Child = Node | string;

/** Makes an element. `attributes` are set by name; one that is `undefined` is left out. */
export function element<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  attributes: Readonly<Record<string, string | undefined>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[T] {
  const made = document.createElement(tag);
  setAll(made, attributes);
  made.append(...children);
  return made;
}

const SVG = 'http://www.w3.org/2000/svg';

/** Makes a part of a drawing. Its lengths are attributes, which a strict policy of styles permits. */
export function drawing<T extends keyof SVGElementTagNameMap>(
  tag: T,
  attributes: Readonly<Record<string, string | undefined>> = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[T] {
  const made = document.createElementNS(SVG, tag);
  setAll(made, attributes);
  made.append(...children);
  return made;
}

function setAll(made: Element, attributes: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(name, value);
}

/** Gives an element of the page by its id. A page without it is a programmer's fault. */
export const at = (id: string): HTMLElement => atOf(id, HTMLElement);

/** Gives an element of the page by its id and its kind. */
export function atOf<T extends HTMLElement>(id: string, kind: abstract new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new TypeError(`the page has no #${id}`);
  return found;
}

/** Sets a text only where it differs, so that a live region does not say the same again. */
export function say(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** Runs `task` on an event, and ignores further ones until it is done; unlike a disabled button, this one keeps the focus. */
export function on(type: string, target: HTMLElement, task: () => Promise<unknown>): void {
  target.addEventListener(type, (event) => {
    event.preventDefault();
    if (target.ariaBusy === 'true') return;
    target.ariaBusy = 'true';
    void task().finally(() => (target.ariaBusy = 'false'));
  });
}
