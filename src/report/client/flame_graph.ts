/**
 * The flame graph: calls merged by their path, callers above what they called,
 * the longest to the left. A caller is as wide as what it called, where that ran
 * side by side, or went on when the caller had ended, and took longer together.
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
export function layOut({ parent, totalNs }: Pick<CallPaths, "parent" | "totalNs">): FlameLayout {
  const count = parent.length;
  const x0 = new Float64Array(count);
  const x1 = new Float64Array(count);
  const depth = new Int32Array(count);
  const children = Map.groupBy(parent.keys(), (i) => parent[i]!);
  const width = Float64Array.from(totalNs);
  // Callers come before what they called, so all that is below one is done before it.
  for (let i = count - 1; i >= 0; i--) {
    const own = children.get(i) ?? [];
    width[i] = Math.max(width[i]!, own.reduce((sum, child) => sum + width[child]!, 0));
  }
  const order: number[] = [];
  let level = place(-1, 0);
  while (level.length > 0) {
    order.push(...level);
    level = level.flatMap((i) => place(i, x0[i]!));
  }
  return { x0, x1, depth, order: Int32Array.from(order) };

  function place(caller: number, from: number): number[] {
    const own = (children.get(caller) ?? []).toSorted((a, b) => width[b]! - width[a]! || a - b);
    let x = from;
    for (const i of own) {
      x0[i] = x;
      x += width[i]!;
      x1[i] = x;
      depth[i] = caller < 0 ? 0 : depth[caller]! + 1;
    }
    return own;
  }
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
  const rootsNs = parent.reduce((sum, caller, i) => sum + (caller < 0 ? totalNs[i]! : 0), 0);
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
        formatShare(totalNs[path]! / Math.max(1, rootsNs))
      }), self ${duration(selfNs[path])}, ${countOf(count[path]!, "call")}${failed}${
        style.more?.(path) ?? ""
      }`;
    },
    ticks: () => [],
  };
}
