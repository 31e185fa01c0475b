/**
 * Keys that work in every view, and the list of all of them.
 *
 * @module
 */
import { el } from "./dom.ts";

const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ["/", "search"],
  ["1 2 3", "overview, flame graph, timeline"],
  ["Backspace", "back"],
  ["?", "these keys"],
  ["w s, + −", "zoom in and out, in timelines and flame graphs"],
  ["a d", "move left and right"],
  ["← → ↑ ↓", "go to the neighbour, the caller, the call"],
  ["Enter", "zoom to what is chosen"],
  ["Esc, 0", "show everything again"],
];

/** Starts to listen. */
export function listenForKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target)) return;
    const search = document.querySelector<HTMLInputElement>("main input[type=search]");
    if (event.key === "/" && search !== null) {
      search.focus();
      search.select();
    } else if (event.key === "?") showHelp();
    else if (/^[1-3]$/.test(event.key)) {
      document.querySelectorAll<HTMLAnchorElement>(".tabs a")[Number(event.key) - 1]?.click();
    } else if (event.key === "Backspace") history.back();
    else return;
    event.preventDefault();
  });
}

/** Shows the list. */
export function showHelp(): void {
  const dialog = el(
    "dialog",
    { class: "help", "aria-labelledby": "help-title", onclose: () => dialog.remove() },
    el("h2", { id: "help-title" }, "Keys"),
    el("dl", {}, ...KEYS.flatMap(([keys, what]) => [el("dt", {}, keys), el("dd", {}, what)])),
    el("form", { method: "dialog" }, el("button", {}, "Close")),
  );
  document.body.append(dialog);
  dialog.showModal();
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName));
}
