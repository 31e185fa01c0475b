/**
 * Draws slices on a canvas and lets people move about in them. A frame costs
 * what can be seen of it, whatever there is.
 *
 * @module
 */
import { nameText } from "../../model/name_text.ts";
import { themeColor } from "./colors.ts";
import { el, replace } from "./dom.ts";
import { listenToPointer, moveByKey, PanZoom } from "./pan_zoom.ts";
import { ROW_HEIGHT, type SliceModel } from "./slice_model.ts";
import { findAt, type RowPainter, type SliceRow, walkRow } from "./slice_rows.ts";
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

const RULER_HEIGHT = 24;
const FONT = '11px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace';
const BAND_FONT = "600 11.5px system-ui, sans-serif";
const MIN_TEXT_PX = 28;
const PADDING_PX = 4;
const GAP_PX = 1;
/** Narrow slices that are looked at when one of them may have been searched for. */
const MAX_LOOKED_AT = 64;

/** A canvas with slices. */
export class SliceCanvas {
  readonly element: HTMLElement;
  readonly window: PanZoom;
  #model: SliceModel;
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #tip = el("div", { class: "tip", hidden: true });
  readonly #live = el("div", { class: "hidden", role: "status" });
  readonly #onSelect: (item: number | undefined) => void;
  #selected: number | undefined;
  #hovered: number | undefined;
  #matches: ((item: number) => boolean) | undefined;
  #isDue = false;
  #charWidth = 6.6;
  /** 0 where there are no ticks. */
  readonly #rulerHeight: number;
  #palette = readPalette();
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
    this.#context = this.#canvas.getContext("2d", { alpha: false })!;
    this.element = el("div", { class: "slices" }, this.#canvas, this.#tip, this.#live);
    listenToPointer(this.#canvas, this.window, {
      maxTop: () => this.#maxTop,
      onHover: (x, y) => this.#hover(x, y),
      onLeave: () => this.#hover(-1, -1),
      onClick: (x, y, isDouble) => this.#click(x, y, isDouble),
    });
    new ResizeObserver(() => this.#resize()).observe(this.element);
    onThemeChange(this.element, () => {
      this.#palette = readPalette();
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

  /** Draws other slices at the same places. What was chosen is no more. */
  replaceModel(model: SliceModel): void {
    this.#model = model;
    this.#hovered = undefined;
    this.#matches = undefined;
    this.#tip.hidden = true;
    this.select(undefined);
  }

  /** Chooses a slice and moves there if it cannot be seen. */
  select(item: number | undefined, { reveal = false } = {}): void {
    this.#selected = item;
    if (item !== undefined) {
      replace(this.#live, this.#model.describe(item));
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
    const ratio = devicePixelRatio;
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(height * ratio);
    this.#canvas.style.width = `${width}px`;
    this.#canvas.style.height = `${height}px`;
    this.#context.font = FONT;
    this.#charWidth = this.#context.measureText("0123456789").width / 10;
    this.#paint();
  }

  #paint(): void {
    const { clientWidth: width, clientHeight: height } = this.element;
    const context = this.#context;
    const ratio = devicePixelRatio;
    const { from, to, top } = this.window;
    const offset = this.#rulerHeight - top;
    const scale = width / (to - from);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = this.#palette.ground;
    context.fillRect(0, 0, width, height);
    const ticks = this.#model.ticks(from, to, width / 110);
    context.fillStyle = this.#palette.grid;
    for (const [place] of ticks) context.fillRect((place - from) * scale, 0, 1, height);
    context.textBaseline = "middle";
    const painter = this.#painter(offset, width);
    for (const row of this.#model.rows) {
      const y = row.top + offset;
      if (y + ROW_HEIGHT < 0 || y > height) continue;
      painter.row = row;
      walkRow(row, { from, scale, width }, painter);
      painter.end();
    }
    this.#paintSelection({ from, scale, offset });
    this.#paintBands(offset, width);
    if (this.#rulerHeight > 0) this.#paintRuler(ticks, { from, scale, width });
  }

  /** Draws rows; slices of one colour that stand pixel beside pixel become one rectangle. */
  #painter(offset: number, width: number) {
    const context = this.#context;
    const { colorOf, nameOf } = this.#model;
    const matches = this.#matches;
    const { line: dim, sliceText: text, muted, match } = this.#palette;
    const charWidth = this.#charWidth;
    const height = ROW_HEIGHT - GAP_PX;
    const run = { x0: 0, x1: -1, color: "" };
    const painter = {
      row: undefined as SliceRow | undefined,
      slice(item: number, x0: number, x1: number): void {
        painter.end();
        const y = painter.row!.top + offset;
        const left = Math.max(-2, x0);
        const right = Math.min(width + 2, x1);
        const isMeant = matches === undefined || matches(item);
        context.fillStyle = isMeant ? (matches === undefined ? colorOf(item) : match) : dim;
        context.fillRect(
          left,
          y,
          Math.max(1, right - left - (right - left > 3 ? GAP_PX : 0)),
          height,
        );
        const room = right - Math.max(0, left) - 2 * PADDING_PX;
        if (room < MIN_TEXT_PX) return;
        const name = nameOf(item);
        const chars = Math.floor(room / charWidth);
        context.font = FONT;
        context.fillStyle = isMeant ? text : muted;
        context.fillText(
          name.length > chars ? `${name.slice(0, Math.max(1, chars - 1))}…` : name,
          Math.max(0, left) + PADDING_PX,
          y + height / 2 + 0.5,
        );
      },
      narrow(row: SliceRow, from: number, to: number, x: number): void {
        const item = shownOf(row, from, to);
        const color = item === undefined ? dim : matches === undefined ? colorOf(item) : match;
        if (color === run.color && x <= run.x1) run.x1 = x + 1;
        else {
          painter.end();
          Object.assign(run, { x0: x, x1: x + 1, color });
        }
      },
      end(): void {
        if (run.x1 < 0) return;
        context.fillStyle = run.color;
        context.fillRect(run.x0, painter.row!.top + offset, run.x1 - run.x0, height);
        Object.assign(run, { x1: -1, color: "" });
      },
    } satisfies RowPainter & { row: SliceRow | undefined; end(): void };
    return painter;

    /** The first of them, or the first that is searched for. */
    function shownOf(row: SliceRow, from: number, to: number): number | undefined {
      if (matches === undefined) return row.items[from]!;
      const last = Math.min(to, from + MAX_LOOKED_AT);
      for (let i = from; i < last; i++) if (matches(row.items[i]!)) return row.items[i]!;
      return undefined;
    }
  }

  #paintSelection({ from, scale, offset }: { from: number; scale: number; offset: number }): void {
    const { starts, ends, rowOf, rows } = this.#model;
    const context = this.#context;
    for (
      const [item, color, width] of [
        [this.#hovered, this.#palette.muted, 1],
        [this.#selected, this.#palette.text, 2],
      ] as const
    ) {
      if (item === undefined) continue;
      const x = Math.max(-4, (starts[item]! - from) * scale);
      const end = Math.min(this.element.clientWidth + 4, (ends[item]! - from) * scale);
      context.strokeStyle = color;
      context.lineWidth = width;
      context.strokeRect(
        x,
        rows[rowOf[item]!]!.top + offset,
        Math.max(2, end - x - GAP_PX),
        ROW_HEIGHT - GAP_PX,
      );
    }
  }

  #paintBands(offset: number, width: number): void {
    const context = this.#context;
    for (const { top, title } of this.#model.bands) {
      const y = top + offset;
      if (y + ROW_HEIGHT < 0 || y > this.element.clientHeight) continue;
      context.fillStyle = this.#palette.raised;
      context.fillRect(0, y, width, ROW_HEIGHT);
      context.fillStyle = this.#palette.muted;
      context.font = BAND_FONT;
      context.fillText(title, 8, y + ROW_HEIGHT / 2 + 0.5);
    }
  }

  #paintRuler(
    ticks: readonly [place: number, text: string][],
    { from, scale, width }: { from: number; scale: number; width: number },
  ): void {
    const context = this.#context;
    context.fillStyle = this.#palette.ground;
    context.fillRect(0, 0, width, RULER_HEIGHT - 1);
    context.fillStyle = this.#palette.line;
    context.fillRect(0, RULER_HEIGHT - 2, width, 1);
    context.fillStyle = this.#palette.muted;
    context.font = "11px system-ui, sans-serif";
    for (const [place, text] of ticks) {
      const x = (place - from) * scale;
      context.fillRect(x, RULER_HEIGHT - 8, 1, 6);
      context.fillText(text, x + 4, RULER_HEIGHT / 2 - 2);
    }
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

/** Colours of the theme: asking for them takes longer than a slice may. */
function readPalette() {
  return {
    ground: themeColor("ground"),
    raised: themeColor("raised"),
    grid: themeColor("grid"),
    line: themeColor("line"),
    text: themeColor("text"),
    muted: themeColor("muted"),
    sliceText: themeColor("slice-text"),
    match: themeColor("match"),
  };
}

/** A name as it is written on slices. */
export function sliceName(name: string): string {
  return nameText(name);
}
