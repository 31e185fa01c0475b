/**
 * How long a span would have taken if something below it were faster. What ran
 * beside it is not, and becomes what is waited for.
 *
 * A call begins when all calls of its caller that had ended before it have, and
 * what its caller did itself since then is done; a caller ends when all that it
 * called have. Nobody knows which of them were really waited for, so the answer
 * rather promises too little.
 *
 * @module
 */
import type { RecordedSpan } from "../model/span_reader.ts";
import { endOf, type TraceNode } from "./trace_tree.ts";
import { WaitedCalls } from "./waited_calls.ts";

/** A span in the part of its time that its caller could wait for. */
interface Piece {
  node: TraceNode;
  fromNs: number;
  toNs: number;
  calls: Piece[];
  /** How long it would take. */
  newNs: number;
}

/** What is faster. */
export interface WhatIf {
  isFaster: (span: RecordedSpan) => boolean;
  /** Part of its own time that it needs no more. */
  faster: number;
}

/**
 * @param waited Of the tree, where they are known already.
 * @returns How long the root would take, in ns; NaN when it never ended.
 */
export function durationIf(
  root: TraceNode,
  change: WhatIf,
  waited: WaitedCalls = new WaitedCalls(root),
): number {
  const { startNs, durationNs } = root.span;
  if (durationNs === undefined) return NaN;
  const pieces: Piece[] = [toPiece(root, startNs, startNs + durationNs)];
  // Without recursion: a trace may be deeper than the stack.
  for (let i = 0; i < pieces.length; i++) {
    const { node, fromNs, toNs, calls } = pieces[i]!;
    for (const call of waited.of(node)) {
      const piece = toPiece(
        call.node,
        Math.max(fromNs, call.fromNs),
        Math.min(toNs, endOf(call.node)),
      );
      if (piece.toNs > piece.fromNs) calls.push(piece);
    }
    for (const call of calls) pieces.push(call);
  }
  for (let i = pieces.length - 1; i >= 0; i--) pieces[i]!.newNs = newLength(pieces[i]!, change);
  return pieces[0]!.newNs;
}

function toPiece(node: TraceNode, fromNs: number, toNs: number): Piece {
  return { node, fromNs, toNs, calls: [], newNs: 0 };
}

/** @param piece Its calls know how long they would take. */
function newLength(
  { node, fromNs, toNs, calls }: Piece,
  { isFaster, faster }: WhatIf,
): number {
  const ownPart = isFaster(node.span) ? 1 - faster : 1;
  const byStart = calls.toSorted((a, b) => a.fromNs - b.fromNs);
  const byEnd = calls.toSorted((a, b) => a.toNs - b.toNs);
  const newEnds = new Map<Piece, number>();
  let ended = 0;
  let oldest = 0;
  // The last end before a call, and when that would be, from the start of the span.
  let lastNs = fromNs;
  let newLastNs = 0;
  function endUpTo(ns: number): void {
    while (ended < byEnd.length && byEnd[ended]!.toNs <= ns) {
      const call = byEnd[ended++]!;
      lastNs = call.toNs;
      newLastNs = Math.max(newLastNs, newEnds.get(call)!);
    }
  }
  for (const call of byStart) {
    endUpTo(call.fromNs);
    while (byStart[oldest]!.toNs <= call.fromNs) oldest++;
    // Until the oldest of what still runs had begun, nothing did.
    const ownNs = Math.max(0, Math.min(call.fromNs, byStart[oldest]!.fromNs) - lastNs);
    const besideNs = call.fromNs - lastNs - ownNs;
    newEnds.set(call, newLastNs + ownNs * ownPart + besideNs + call.newNs);
  }
  endUpTo(toNs);
  return newLastNs + (toNs - lastNs) * ownPart;
}
