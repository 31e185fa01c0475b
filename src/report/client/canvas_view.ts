/**
 * A view that is a canvas: tools above it, details of what is chosen beside it.
 *
 * @module
 */
import { formatCount } from "../../model/numbers.ts";
import { type Child, el, replace } from "./dom.ts";
import { searchBox } from "./search.ts";
import { SliceCanvas } from "./slice_canvas.ts";
import type { SliceModel } from "./slice_model.ts";

/** What is drawn. */
export interface CanvasSlices {
  model: SliceModel;
  /** What is shown beside the canvas. */
  details: (item: number) => Child[];
  /** Name and scope of a slice, to search in. */
  textOf: (item: number) => string;
  /** Ids of the slices, by which what is chosen is found when there are more of them. */
  ids?: readonly number[];
}

/** Options for {@linkcode canvasView}. */
export interface CanvasViewOptions {
  label: string;
  slices: CanvasSlices;
  /** In front of the tools. */
  title: Child[];
  /** What is told while nothing is chosen. */
  hint: string;
  /** Finds more slices when another piece is looked at; undefined when there are none. */
  more?: (from: number, to: number) => Promise<CanvasSlices | undefined>;
  /** Whether it is no higher than what is in it. */
  isFitted?: boolean;
  /** Chosen from the beginning. */
  selected?: number | undefined;
}

const SETTLED_MS = 250;
/** Pixels: of a fitted view, and for what stands above its slices. */
const MIN_HEIGHT = 460;
const MARGIN = 40;

/** Makes it. */
export function canvasView(options: CanvasViewOptions): HTMLElement {
  const { label, more } = options;
  let { slices } = options;
  const aside = el("aside", { class: "details", "aria-label": "Details", hidden: true });
  const canvas = new SliceCanvas(slices.model, {
    label,
    onSelect(item) {
      aside.hidden = item === undefined;
      if (item !== undefined) replace(aside, closeButton(), ...slices.details(item));
    },
    ...(more === undefined ? {} : { onMove: settled((from, to) => void load(from, to)) }),
  });
  const found = el("span", { class: "hint", role: "status" });
  let matches: number[] = [];
  let at = -1;
  const search = searchBox("Search", find, next);
  const row = el("div", { class: "canvas-row" }, canvas.element, aside);
  if (options.isFitted) {
    row.style.maxHeight = `${Math.max(MIN_HEIGHT, slices.model.height + MARGIN)}px`;
  }
  const element = el(
    "div",
    { class: options.isFitted ? "canvas-view fitted-view" : "canvas-view" },
    el(
      "div",
      { class: "canvas-tools" },
      ...options.title,
      el("span", { class: "hint" }, options.hint),
      el("span", { class: "grow" }),
      found,
      search,
      el(
        "div",
        { class: "buttons", role: "group", "aria-label": "Zoom" },
        button("−", "Zoom out", () => canvas.window.zoom(1 / 2)),
        button("+", "Zoom in", () => canvas.window.zoom(2)),
        button("All", "All: show everything", () => canvas.window.reset()),
      ),
    ),
    row,
  );
  if (options.selected !== undefined) canvas.select(options.selected);
  return element;

  function find(text: string): void {
    const needle = text.toLowerCase();
    at = -1;
    matches = [];
    if (needle === "") {
      canvas.highlight(undefined);
      replace(found);
      return;
    }
    const { count } = slices.model;
    const isMatch = new Uint8Array(count);
    for (let item = 0; item < count; item++) {
      if (!slices.textOf(item).includes(needle)) continue;
      isMatch[item] = 1;
      matches.push(item);
    }
    canvas.highlight((item) => isMatch[item] === 1);
    replace(found, `${formatCount(matches.length)} found`);
  }

  async function load(from: number, to: number): Promise<void> {
    const loaded = await more!(from, to);
    if (loaded === undefined || !element.isConnected) return;
    const { selected } = canvas;
    const kept = selected === undefined ? -1 : loaded.ids?.indexOf(slices.ids![selected]!) ?? -1;
    slices = loaded;
    canvas.replaceModel(loaded.model, kept < 0 ? undefined : kept);
    find(search.value);
    at = matches.indexOf(kept);
  }

  function next(): void {
    if (matches.length === 0) return;
    at = (at + 1) % matches.length;
    replace(found, `${formatCount(at + 1)} of ${formatCount(matches.length)}`);
    canvas.select(matches[at]!, { reveal: true });
  }

  function closeButton(): Node {
    return el("button", {
      type: "button",
      class: "close",
      "aria-label": "Close the details",
      onclick: () => canvas.select(undefined),
    }, "×");
  }
}

/** Calls `use` when nothing has happened for a moment. */
function settled(use: (from: number, to: number) => void): (from: number, to: number) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (from, to) => {
    clearTimeout(timer);
    timer = setTimeout(() => use(from, to), SETTLED_MS);
  };
}

function button(text: string, label: string, onclick: () => void): Node {
  return el("button", { type: "button", "aria-label": label, title: label, onclick }, text);
}
