/**
 * Slices on a canvas, in which people move about. A frame costs
 * what can be seen of it, whatever there is.
 *
 * @module
 */
import { nameText } from "../../model/name_text.ts";
import { el, replace } from "./dom.ts";
import { listenToPointer, moveByKey, PanZoom } from "./pan_zoom.ts";
import { ROW_HEIGHT, type SliceModel } from "./slice_model.ts";
import { RULER_HEIGHT, SlicePainter } from "./slice_painter.ts";
import { findAt } from "./slice_rows.ts";
import { onThemeChange } from "./theme.ts";

/** Options for {@linkcode SliceCanvas}. */
export interface SliceCanvasOptions {
  /** For those who do not see it. */
  label: string;
  /** Called when a slice is chosen, or none is any more. */
  onSelect: (item: number | undefined) => void;
  /** Called when another piece is looked at. */
  onMove?: (from: number, to: number) => void;
}

/** A canvas with slices. */
export class SliceCanvas {
  readonly element: HTMLElement;
  readonly window: PanZoom;
  #model: SliceModel;
  readonly #canvas: HTMLCanvasElement;
  readonly #painter: SlicePainter;
  readonly #tip = el("div", { class: "tip", hidden: true });
  readonly #live = el("div", { class: "hidden", role: "status" });
  readonly #onSelect: (item: number | undefined) => void;
  #selected: number | undefined;
  #hovered: number | undefined;
  #matches: ((item: number) => boolean) | undefined;
  #isDue = false;
  /** 0 where there are no ticks. */
  readonly #rulerHeight: number;
  /** Frames that were drawn, and what the last one took. */
  readonly #frames = { count: 0, lastMs: 0 };

  constructor(model: SliceModel, { label, onSelect, onMove }: SliceCanvasOptions) {
    this.#model = model;
    this.#onSelect = onSelect;
    this.#rulerHeight = model.ticks(model.from, model.to, 4).length > 0 ? RULER_HEIGHT : 0;
    this.window = new PanZoom(model, () => {
      this.draw();
      onMove?.(this.window.from, this.window.to);
    });
    this.#canvas = el("canvas", {
      tabindex: 0,
      role: "application",
      "aria-label": `${label}. Arrow keys go from one to the next, w, a, s and d zoom and move.`,
      onkeydown: (event: KeyboardEvent) => this.#onKey(event),
    });
    this.#painter = new SlicePainter(this.#canvas);
    this.element = el("div", { class: "slices" }, this.#canvas, this.#tip, this.#live);
    listenToPointer(this.#canvas, this.window, {
      maxTop: () => this.#maxTop,
      onHover: (x, y) => this.#hover(x, y),
      onLeave: () => this.#hover(-1, -1),
      onClick: (x, y, isDouble) => this.#click(x, y, isDouble),
    });
    new ResizeObserver(() => this.#resize()).observe(this.element);
    onThemeChange(this.element, () => {
      this.#painter.takeTheme();
      // Paper does not wait for the next frame.
      this.#paint();
    });
  }

  /** Draws as soon as the browser shows the next frame. */
  draw(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      const from = performance.now();
      this.#paint();
      this.#frames.count++;
      this.#frames.lastMs = performance.now() - from;
      this.#canvas.dataset["frames"] = String(this.#frames.count);
      this.#canvas.dataset["frameMs"] = this.#frames.lastMs.toFixed(2);
    });
  }

  /** Draws other slices at the same places. @param selected The one that was chosen, if it is there. */
  replaceModel(model: SliceModel, selected: number | undefined): void {
    this.#model = model;
    this.#hovered = undefined;
    this.#matches = undefined;
    this.#tip.hidden = true;
    if (selected === undefined) return this.select(undefined);
    // It is what it was: nobody is told again.
    this.#selected = selected;
    this.draw();
  }

  /** Chooses a slice and moves there if it cannot be seen. */
  select(item: number | undefined, { reveal = false } = {}): void {
    this.#selected = item;
    if (item !== undefined) {
      replace(this.#live, `${this.#model.nameOf(item)}, ${this.#model.describe(item)}`);
      if (reveal) this.#reveal(item);
    }
    this.#onSelect(item);
    this.draw();
  }

  /** Looks at one slice. */
  zoomTo(item: number): void {
    const { starts, ends } = this.#model;
    const margin = (ends[item]! - starts[item]!) * 0.02;
    this.#reveal(item);
    this.window.show(starts[item]! - margin, ends[item]! + margin);
  }

  /** Marks what fits; everything when there is no test. */
  highlight(matches: ((item: number) => boolean) | undefined): void {
    this.#matches = matches;
    this.draw();
  }

  get selected(): number | undefined {
    return this.#selected;
  }

  get #maxTop(): number {
    return Math.max(0, this.#model.height + this.#rulerHeight + 12 - this.element.clientHeight);
  }

  #resize(): void {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (width === 0 || height === 0) return;
    this.#painter.resize(width, height);
    this.#paint();
  }

  #paint(): void {
    const { from, to, top } = this.window;
    this.#painter.paint(this.#model, {
      from,
      to,
      top,
      width: this.element.clientWidth,
      height: this.element.clientHeight,
      rulerHeight: this.#rulerHeight,
      selected: this.#selected,
      hovered: this.#hovered,
      matches: this.#matches,
    });
  }

  #itemAt(x: number, y: number): number | undefined {
    const { from, to, top } = this.window;
    if (x < 0 || y < this.#rulerHeight) return undefined;
    const inside = y - this.#rulerHeight + top;
    const perPixel = (to - from) / this.element.clientWidth;
    const row = this.#model.rows.find((one) => inside >= one.top && inside < one.top + ROW_HEIGHT);
    if (row === undefined) return undefined;
    const place = findAt(row, from + x * perPixel, perPixel);
    return place < 0 ? undefined : row.items[place]!;
  }

  #hover(x: number, y: number): void {
    const item = this.#itemAt(x, y);
    this.#tip.hidden = item === undefined;
    if (item !== undefined) {
      replace(this.#tip, this.#model.nameOf(item), el("small", {}, this.#model.describe(item)));
      const { clientWidth, clientHeight } = this.element;
      const { offsetWidth, offsetHeight } = this.#tip;
      this.#tip.style.left = `${Math.max(0, Math.min(x + 12, clientWidth - offsetWidth - 8))}px`;
      this.#tip.style.top = `${
        y + 18 + offsetHeight > clientHeight ? y - offsetHeight - 8 : y + 18
      }px`;
    }
    if (item === this.#hovered) return;
    this.#hovered = item;
    this.#canvas.style.cursor = item === undefined ? "grab" : "pointer";
    this.draw();
  }

  #click(x: number, y: number, isDouble: boolean): void {
    const item = this.#itemAt(x, y);
    if (isDouble && item !== undefined) this.zoomTo(item);
    else this.select(item);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isMove = moveByKey(event.key, this.window) || this.#goByKey(event.key);
    if (isMove) event.preventDefault();
  }

  #goByKey(key: string): boolean {
    const item = this.#selected;
    if (item === undefined) {
      if (!key.startsWith("Arrow") || this.#model.count === 0) return false;
      const first = this.#model.rows.find(({ items }) => items.length > 0);
      this.select(first?.items[0], { reveal: true });
      return true;
    }
    if (key === "Enter") this.zoomTo(item);
    else if (key === "ArrowUp") {
      const parent = this.#model.parent[item]!;
      if (parent >= 0) this.select(parent, { reveal: true });
    } else if (key === "ArrowDown") this.#selectCallOf(item);
    else if (key === "ArrowLeft" || key === "ArrowRight") {
      this.#selectBeside(item, key === "ArrowLeft" ? -1 : 1);
    } else return false;
    return true;
  }

  #selectCallOf(item: number): void {
    const { parent, count } = this.#model;
    for (let i = 0; i < count; i++) {
      if (parent[i] === item) return this.select(i, { reveal: true });
    }
  }

  #selectBeside(item: number, step: number): void {
    const { rows, rowOf, starts } = this.#model;
    const row = rows[rowOf[item]!]!;
    let place = findAt(row, starts[item]!, 0);
    while (place > 0 && row.items[place] !== item && row.starts[place]! >= starts[item]!) place--;
    while (place < row.items.length && row.items[place] !== item) place++;
    const next = row.items[place + step];
    if (next !== undefined) this.select(next, { reveal: true });
  }

  #reveal(item: number): void {
    const { starts, ends, rows, rowOf } = this.#model;
    const { from, to } = this.window;
    if (ends[item]! < from || starts[item]! > to) {
      const middle = (starts[item]! + ends[item]!) / 2;
      this.window.show(middle - (to - from) / 2, middle + (to - from) / 2);
    }
    const y = rows[rowOf[item]!]!.top;
    const room = this.element.clientHeight - this.#rulerHeight - ROW_HEIGHT;
    if (y < this.window.top) this.window.scroll(y - this.window.top - ROW_HEIGHT, this.#maxTop);
    else if (y > this.window.top + room) {
      this.window.scroll(y - this.window.top - room + ROW_HEIGHT, this.#maxTop);
    }
  }
}

/** A name as it is written on slices. */
export function sliceName(name: string): string {
  return nameText(name);
}
