/**
 * The flame graph: calls merged by their path, callers above what they called,
 * the longest to the left. What ran side by side is drawn narrower, so that it
 * fits below what called it; a callback that only began what took long is drawn
 * as wide as that.
 *
 * @module
 */
import { countOf, formatShare } from "../../model/numbers.ts";
import type { CallPaths } from "../page_requests.ts";
import { spanColor } from "./colors.ts";
import { sliceName } from "./slice_canvas.ts";
import { ROW_HEIGHT, type SliceModel } from "./slice_model.ts";
import { toRows } from "./slice_rows.ts";
import { duration } from "./units.ts";

/** Where each path is drawn. */
export interface FlameLayout {
  x0: Float64Array;
  x1: Float64Array;
  depth: Int32Array;
  /** Paths in the order in which rows are filled: by depth, then from left to right. */
  order: Int32Array;
}

/** Places the paths. */
export function layOut(calls: Pick<CallPaths, "parent" | "totalNs" | "count">): FlameLayout {
  const { parent } = calls;
  const count = parent.length;
  const widths = widthsOf(calls);
  const x0 = new Float64Array(count);
  const x1 = new Float64Array(count);
  const depth = new Int32Array(count);
  const children = new Map<number, number[]>();
  for (let i = 0; i < count; i++) {
    const own = children.get(parent[i]!);
    if (own === undefined) children.set(parent[i]!, [i]);
    else own.push(i);
  }
  const order: number[] = [];
  let level = place(-1, 0, sumOf(children.get(-1) ?? []));
  while (level.length > 0) {
    order.push(...level);
    level = level.flatMap((i) => place(i, x0[i]!, x1[i]!));
  }
  return { x0, x1, depth, order: Int32Array.from(order) };

  function place(caller: number, from: number, to: number): number[] {
    const own = (children.get(caller) ?? []).sort((a, b) => widths[b]! - widths[a]! || a - b);
    const scale = Math.min(1, (to - from) / Math.max(1, sumOf(own)));
    let x = from;
    for (const i of own) {
      x0[i] = x;
      x += widths[i]! * scale;
      x1[i] = x;
      depth[i] = caller < 0 ? 0 : depth[caller]! + 1;
    }
    return own;
  }

  function sumOf(items: readonly number[]): number {
    return items.reduce((sum, i) => sum + widths[i]!, 0);
  }
}

/** How long paths took, those that went on after them included. */
function widthsOf(
  { parent, totalNs, count }: Pick<CallPaths, "parent" | "totalNs" | "count">,
): Float64Array {
  const widths = Float64Array.from(totalNs);
  const outlasting = new Float64Array(totalNs.length);
  // Callers come before what they called.
  for (let i = totalNs.length - 1; i >= 0; i--) {
    widths[i] = Math.max(widths[i]!, outlasting[i]!);
    const caller = parent[i]!;
    if (caller < 0) continue;
    // A single call that is longer than its caller went on without it; many that are longer
    // together may have run side by side.
    const isLonger = widths[i]! > totalNs[caller]! &&
      widths[i]! / count[i]! > totalNs[caller]! / count[caller]!;
    if (isLonger) outlasting[caller]! += widths[i]!;
  }
  return widths;
}

/** How the paths are to be told apart. */
export interface FlameStyle {
  colorOf?: (path: number) => string;
  /** Behind what is said of every path. */
  more?: (path: number) => string;
}

/** The drawing of the paths. */
export function flameModel(calls: CallPaths, style: FlameStyle = {}): SliceModel {
  const { keys, key, count, errors, totalNs, selfNs, parent } = calls;
  const { x0, x1, depth, order } = layOut(calls);
  const whole = order.reduce((most, i) => Math.max(most, x1[i]!), 0);
  const levels = depth.reduce((most, one) => Math.max(most, one + 1), 0);
  const places = new Int32Array(key.length);
  order.forEach((path, place) => places[path] = place);
  // Rows want their slices from left to right: they go by places, and paths by numbers.
  const starts = Float64Array.from(order, (path) => x0[path]!);
  const ends = Float64Array.from(order, (path) => x1[path]!);
  const rowOf = Int32Array.from(order, (path) => depth[path]!);
  const colors = keys.map(spanColor);
  const names = keys.map(({ name }) => sliceName(name));
  const pathOf = (item: number) => order[item]!;
  return {
    rows: toRows(
      { starts, ends, rowOf },
      Array.from({ length: levels }, (_, level) => level * ROW_HEIGHT),
    ),
    bands: [],
    height: levels * ROW_HEIGHT,
    from: 0,
    to: Math.max(1, whole),
    minWidth: Math.max(1, whole * 1e-6),
    count: order.length,
    rowOf,
    starts,
    ends,
    parent: Int32Array.from(order, (path) => parent[path]! < 0 ? -1 : places[parent[path]!]!),
    nameOf: (item) => names[key[pathOf(item)]!]!,
    colorOf: (item) => style.colorOf?.(pathOf(item)) ?? colors[key[pathOf(item)]!]!,
    describe(item) {
      const path = pathOf(item);
      const failed = errors[path]! > 0 ? `, ${countOf(errors[path]!, "error")}` : "";
      return `${duration(totalNs[path])} (${
        formatShare(totalNs[path]! / Math.max(1, whole))
      }), self ${duration(selfNs[path])}, ${countOf(count[path]!, "call")}${failed}${
        style.more?.(path) ?? ""
      }`;
    },
    ticks: () => [],
  };
}
