/**
 * Gives imported spans what those of a recording have: numbers for ids, traces,
 * processes and threads, and their self time.
 *
 * @module
 */
import type { ImportedSpan } from "./imported_span.ts";

/** A span with its numbers. */
export interface NumberedSpan {
  source: ImportedSpan;
  spanId: number;
  traceId: number;
  /** 0: none. */
  parentId: number;
  parentName: string | undefined;
  /** 0 where the span never ended. */
  selfNs: number;
  processId: number;
  threadId: number;
}

/** A thread of the file. */
export interface NumberedThread {
  processId: number;
  threadId: number;
  /** As the file calls it, where that is a number. */
  pid: number;
  name: string;
}

/** The spans in the order of their starts. */
export function numberSpans(
  spans: readonly ImportedSpan[],
): { spans: NumberedSpan[]; threads: NumberedThread[]; orphans: number } {
  const sorted = spans.map((span, index) => ({ span, index })).sort((a, b) => {
    if (a.span.startUnixNs !== b.span.startUnixNs) {
      return a.span.startUnixNs < b.span.startUnixNs ? -1 : 1;
    }
    return a.index - b.index;
  }).map(({ span }) => span);
  const ids = new Map(sorted.map(({ id }, index) => [id, index + 1]));
  const places = new Places();
  const traces = new Map<string, number>();
  const rooted = new Set<string>();
  let orphans = 0;
  const numbered = sorted.map((source, index): NumberedSpan => {
    const spanId = index + 1;
    const parentId = source.parentId === undefined ? 0 : ids.get(source.parentId) ?? 0;
    if (source.parentId !== undefined && parentId === 0) orphans++;
    // The first span without a parent; the first of all where each has one that is missing.
    const isRoot = source.parentId === undefined && !rooted.has(source.trace);
    if (isRoot || !traces.has(source.trace)) traces.set(source.trace, spanId);
    if (isRoot) rooted.add(source.trace);
    return {
      source,
      spanId,
      traceId: 0,
      parentId: parentId === spanId ? 0 : parentId,
      parentName: parentId === 0 ? undefined : sorted[parentId - 1]!.name,
      selfNs: source.durationNs ?? 0,
      ...places.of(source),
    };
  });
  for (const span of numbered) span.traceId = traces.get(span.source.trace)!;
  subtractChildren(numbered);
  return { spans: numbered, threads: places.threads, orphans };
}

/** Children come in the order of their starts, so their union is known by how far it reaches. */
function subtractChildren(spans: readonly NumberedSpan[]): void {
  const coveredUntil = new Map<number, bigint>();
  for (const { source, parentId } of spans) {
    const parent = spans[parentId - 1];
    if (parent?.source.durationNs === undefined) continue;
    const parentEnd = parent.source.startUnixNs + BigInt(parent.source.durationNs);
    const end = source.durationNs === undefined
      ? parentEnd
      : min(parentEnd, source.startUnixNs + BigInt(source.durationNs));
    const from = max(source.startUnixNs, coveredUntil.get(parentId) ?? parent.source.startUnixNs);
    if (end <= from) continue;
    parent.selfNs = Math.max(0, parent.selfNs - Number(end - from));
    coveredUntil.set(parentId, end);
  }
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/** Numbers of processes and threads, in the order in which they appear. */
class Places {
  readonly threads: NumberedThread[] = [];
  readonly #processes = new Map<string, number>();
  readonly #numbers = new Map<string, number>();

  of({ process, thread, threadName }: ImportedSpan): { processId: number; threadId: number } {
    let processId = this.#processes.get(process);
    if (processId === undefined) {
      processId = this.#processes.size;
      this.#processes.set(process, processId);
    }
    const key = `${process}\0${thread}`;
    let threadId = this.#numbers.get(key);
    if (threadId === undefined) {
      threadId = this.threads.length;
      this.#numbers.set(key, threadId);
      const pid = Number(process);
      this.threads.push({
        processId,
        threadId,
        pid: Number.isInteger(pid) && pid >= 0 && pid < 2 ** 31 ? pid : 0,
        name: threadName ?? thread,
      });
    }
    return { processId, threadId };
  }
}
