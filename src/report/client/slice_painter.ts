/**
 * Paints what can be seen of slices, on a canvas.
 *
 * @module
 */
import { themeColor } from "./colors.ts";
import { ROW_HEIGHT, type SliceModel } from "./slice_model.ts";
import { type RowPainter, type SliceRow, walkRow } from "./slice_rows.ts";

/** Above the slices, where there are ticks. */
export const RULER_HEIGHT = 24;

const FONT = '11px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace';
const RULER_FONT = "11px system-ui, sans-serif";
const BAND_FONT = "600 11.5px system-ui, sans-serif";
const MIN_TEXT_PX = 28;
const PADDING_PX = 4;
const GAP_PX = 1;
/** Narrow slices that are looked at when one of them may have been searched for. */
const MAX_LOOKED_AT = 64;

/** What is looked at, and what stands out of it. */
export interface SliceView {
  from: number;
  to: number;
  /** How far down, in pixels. */
  top: number;
  width: number;
  height: number;
  /** 0: there is no ruler. */
  rulerHeight: number;
  selected: number | undefined;
  hovered: number | undefined;
  /** What was searched for; undefined: nothing. */
  matches: ((item: number) => boolean) | undefined;
}

/** Where things are on the canvas. */
interface Placing {
  from: number;
  /** Pixels of a unit. */
  scale: number;
  /** Pixels that rows are further down than in their model. */
  offset: number;
  width: number;
  height: number;
}

/** Paints on one canvas. */
export class SlicePainter {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  #palette = readPalette();
  #charWidth = 6.6;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d", { alpha: false })!;
  }

  /** Takes the colours that the theme has now. */
  takeTheme(): void {
    this.#palette = readPalette();
  }

  /** Makes the canvas so large, in pixels of the page. */
  resize(width: number, height: number): void {
    const ratio = devicePixelRatio;
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(height * ratio);
    this.#canvas.style.width = `${width}px`;
    this.#canvas.style.height = `${height}px`;
    this.#context.font = FONT;
    this.#charWidth = this.#context.measureText("0123456789").width / 10;
  }

  paint(model: SliceModel, view: SliceView): void {
    const { from, to, top, width, height, rulerHeight } = view;
    const context = this.#context;
    const ratio = devicePixelRatio;
    const placing = {
      from,
      scale: width / (to - from),
      offset: rulerHeight - top,
      width,
      height,
    };
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = this.#palette.ground;
    context.fillRect(0, 0, width, height);
    const ticks = model.ticks(from, to, width / 110);
    context.fillStyle = this.#palette.grid;
    for (const [place] of ticks) context.fillRect((place - from) * placing.scale, 0, 1, height);
    context.textBaseline = "middle";
    const painter = this.#rowPainter(model, view, placing);
    for (const row of model.rows) {
      const y = row.top + placing.offset;
      if (y + ROW_HEIGHT < 0 || y > height) continue;
      painter.row = row;
      walkRow(row, placing, painter);
      painter.end();
    }
    this.#paintSelection(model, view, placing);
    this.#paintBands(model, placing);
    if (rulerHeight > 0) this.#paintRuler(ticks, placing);
  }

  /** Paints rows; slices of one colour that stand pixel beside pixel become one rectangle. */
  #rowPainter(
    { colorOf, nameOf }: SliceModel,
    { matches }: SliceView,
    { offset, width }: Placing,
  ) {
    const context = this.#context;
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

  #paintSelection(
    { starts, ends, rowOf, rows }: SliceModel,
    { hovered, selected }: SliceView,
    { from, scale, offset, width }: Placing,
  ): void {
    const context = this.#context;
    const marked = [[hovered, this.#palette.muted, 1], [selected, this.#palette.text, 2]] as const;
    for (const [item, color, lineWidth] of marked) {
      if (item === undefined) continue;
      const x = Math.max(-4, (starts[item]! - from) * scale);
      const end = Math.min(width + 4, (ends[item]! - from) * scale);
      context.strokeStyle = color;
      context.lineWidth = lineWidth;
      context.strokeRect(
        x,
        rows[rowOf[item]!]!.top + offset,
        Math.max(2, end - x - GAP_PX),
        ROW_HEIGHT - GAP_PX,
      );
    }
  }

  #paintBands({ bands }: SliceModel, { offset, width, height }: Placing): void {
    const context = this.#context;
    for (const { top, title } of bands) {
      const y = top + offset;
      if (y + ROW_HEIGHT < 0 || y > height) continue;
      context.fillStyle = this.#palette.raised;
      context.fillRect(0, y, width, ROW_HEIGHT);
      context.fillStyle = this.#palette.muted;
      context.font = BAND_FONT;
      context.fillText(title, 8, y + ROW_HEIGHT / 2 + 0.5);
    }
  }

  #paintRuler(
    ticks: readonly [place: number, text: string][],
    { from, scale, width }: Placing,
  ): void {
    const context = this.#context;
    context.fillStyle = this.#palette.ground;
    context.fillRect(0, 0, width, RULER_HEIGHT - 1);
    context.fillStyle = this.#palette.line;
    context.fillRect(0, RULER_HEIGHT - 2, width, 1);
    context.fillStyle = this.#palette.muted;
    context.font = RULER_FONT;
    for (const [place, text] of ticks) {
      const x = (place - from) * scale;
      context.fillRect(x, RULER_HEIGHT - 8, 1, 6);
      context.fillText(text, x + 4, RULER_HEIGHT / 2 - 2);
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
