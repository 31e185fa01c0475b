/**
 * A search field: `/` goes to it, Esc empties it.
 *
 * @module
 */
import { el } from "./dom.ts";

/** Makes it. @param onNext Called by Enter. */
export function searchBox(
  label: string,
  onInput: (text: string) => void,
  onNext: () => void = () => {},
): HTMLInputElement {
  const input = el("input", {
    type: "search",
    placeholder: `${label}  /`,
    "aria-label": label,
    spellcheck: "false",
    autocomplete: "off",
    oninput: () => onInput(input.value),
    onkeydown: (event: KeyboardEvent) => {
      if (event.key === "Enter") onNext();
      else if (event.key === "Escape" && input.value !== "") {
        input.value = "";
        onInput("");
        event.preventDefault();
      } else return;
      event.stopPropagation();
    },
  });
  return input;
}
