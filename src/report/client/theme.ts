/**
 * Light or dark: as the system says, or as the reader does. What is drawn on a
 * canvas is drawn again when it changes.
 *
 * @module
 */

/** What a reader can choose. */
export const THEMES = ["system", "light", "dark"] as const;

/** One of {@linkcode THEMES}. */
export type Theme = (typeof THEMES)[number];

const STORAGE_KEY = "ferret-theme";

const listeners = new Set<() => void>();

/** Applies what was chosen before, and watches the system. */
export function startTheme(): void {
  apply(chosenTheme());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", notify);
  // Paper is light.
  addEventListener("beforeprint", () => apply("light"));
  addEventListener("afterprint", () => apply(chosenTheme()));
}

/** The choice. */
export function chosenTheme(): Theme {
  const stored = storage()?.getItem(STORAGE_KEY);
  return THEMES.find((theme) => theme === stored) ?? "system";
}

/** Makes a choice. */
export function chooseTheme(theme: Theme): void {
  storage()?.setItem(STORAGE_KEY, theme);
  apply(theme);
}

/**
 * Calls `draw` when the colours change, as long as `element` is on the page.
 */
export function onThemeChange(element: Element, draw: () => void): void {
  const listener = () => {
    if (element.isConnected) draw();
    else listeners.delete(listener);
  };
  listeners.add(listener);
}

function apply(theme: Theme): void {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = theme;
  notify();
}

function notify(): void {
  for (const listener of [...listeners]) listener();
}

/** A page from disk may have none, and may not even ask. */
function storage(): Storage | undefined {
  let found: Storage | undefined;
  try {
    found = globalThis.localStorage;
  } catch {
    // Chosen for as long as the page is open.
  }
  return found;
}
