/**
 * Makes elements. Every text goes in as text and with everything unsafe in it
 * written out, wherever it comes from: nothing else of the page need care.
 *
 * @module
 */
import { sanitize } from "../../model/sanitize.ts";

/** What an element can have in it. */
export type Child = Node | string | undefined | false;

/** Attributes, and listeners by `onclick` and the like. */
export type Props = Record<string, unknown>;

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element. `undefined` and `false` leave an attribute out. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  fill(element, props, children);
  return element;
}

/** An SVG element. */
export function svg(tag: string, props: Props = {}, ...children: Child[]): SVGElement {
  const element = document.createElementNS(SVG, tag) as SVGElement;
  fill(element, props, children);
  return element;
}

/** Puts these in place of what an element has in it. */
export function replace(element: Element, ...children: Child[]): void {
  element.replaceChildren();
  append(element, children);
}

function fill(element: Element, props: Props, children: readonly Child[]): void {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === false) continue;
    if (typeof value === "function") {
      element.addEventListener(name.slice(2), value as EventListener);
    } else if (value === true) element.setAttribute(name, "");
    else element.setAttribute(name, sanitize(String(value)));
  }
  append(element, children);
}

function append(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === undefined || child === false) continue;
    element.append(typeof child === "string" ? sanitize(child) : child);
  }
}
