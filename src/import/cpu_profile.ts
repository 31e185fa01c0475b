/**
 * Profiles of V8's and JavaScriptCore's samplers (`--cpu-prof`): each call
 * lasts from the first sample that shows it to the last in a row. What is
 * shorter than the interval of the samples may be missing, so these spans have
 * a scope of their own, `cpu`.
 *
 * https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile
 *
 * @module
 */
import { type ImportedFile, type ImportedSpan, ImportError, skip } from "./imported_span.ts";

interface ProfileNode {
  id: number;
  callFrame: {
    functionName?: string;
    url?: string;
    lineNumber?: number;
    columnNumber?: number;
  };
  children?: number[];
  parent?: number;
}

interface Profile {
  nodes?: ProfileNode[];
  samples?: number[];
  timeDeltas?: number[];
}

/** What stands for time in which no JavaScript ran. */
const NOT_CALLS = new Set(["(root)", "(idle)", "(program)"]);

/** Whether a text looks like it. */
export function isCpuProfile(text: string): boolean {
  return /^\s*\{[^]{0,200}"nodes"\s*:/.test(text) && text.includes('"callFrame"');
}

/** Reads the samples. @throws {ImportError} */
export function readCpuProfile(text: string, endUnixMs: number): ImportedFile {
  let profile: Profile;
  try {
    profile = JSON.parse(text) as Profile;
  } catch {
    throw new ImportError("it is not JSON");
  }
  const { nodes, samples, timeDeltas } = profile;
  if (!Array.isArray(nodes) || !Array.isArray(samples) || !Array.isArray(timeDeltas)) {
    throw new ImportError("it has no nodes, samples and timeDeltas");
  }
  const file: ImportedFile = { spans: [], skipped: new Map() };
  const stacks = new Stacks(nodes);
  const lengthUs = timeDeltas.reduce((sum, delta) => sum + (Number(delta) || 0), 0);
  // The clock of a profile began when the machine did; the file was written when it ended.
  const originNs = BigInt(Math.round((endUnixMs * 1000 - lengthUs) * 1000));
  const open: { node: number; span: ImportedSpan }[] = [];
  let timeUs = 0;
  const closeTo = (depth: number) => {
    while (open.length > depth) {
      const { span } = open.pop()!;
      span.durationNs = Number(originNs + BigInt(Math.round(timeUs * 1000)) - span.startUnixNs);
    }
  };
  samples.forEach((sample, i) => {
    timeUs += Math.max(0, Number(timeDeltas[i]) || 0);
    const stack = stacks.of(sample);
    if (stack === undefined) return skip(file, "samples of unknown calls");
    let same = 0;
    while (same < open.length && open[same]!.node === stack[same]?.id) same++;
    closeTo(same);
    for (const node of stack.slice(same)) {
      const span = toSpan(node, {
        id: String(file.spans.length + 1),
        parent: open.at(-1)?.span,
        startUnixNs: originNs + BigInt(Math.round(timeUs * 1000)),
      });
      file.spans.push(span);
      open.push({ node: node.id, span });
    }
  });
  closeTo(0);
  return file;
}

function toSpan(
  { callFrame }: ProfileNode,
  { id, parent, startUnixNs }: {
    id: string;
    parent: ImportedSpan | undefined;
    startUnixNs: bigint;
  },
): ImportedSpan {
  const { functionName = "", url = "", lineNumber, columnNumber } = callFrame;
  return {
    id,
    parentId: parent?.id,
    trace: parent?.trace ?? id,
    name: functionName === "" ? "(anonymous)" : functionName,
    scope: "cpu",
    kind: "internal",
    startUnixNs,
    durationNs: 0,
    status: "unset",
    process: "0",
    thread: "0",
    attributes: {
      ...url === "" ? {} : { "code.file.path": url },
      // The format counts from 0, everybody else from 1.
      ...lineNumber === undefined || lineNumber < 0 ? {} : { "code.line.number": lineNumber + 1 },
      ...columnNumber === undefined || columnNumber < 0
        ? {}
        : { "code.column.number": columnNumber + 1 },
    },
  };
}

/** The calls from the outermost to each node. */
class Stacks {
  readonly #nodes: Map<number, ProfileNode>;
  readonly #parents = new Map<number, number>();
  readonly #stacks = new Map<number, ProfileNode[]>();

  constructor(nodes: readonly ProfileNode[]) {
    this.#nodes = new Map(nodes.map((node) => [node.id, node]));
    for (const { id, children = [], parent } of nodes) {
      if (parent !== undefined) this.#parents.set(id, parent);
      for (const child of children) this.#parents.set(child, id);
    }
  }

  of(id: number): ProfileNode[] | undefined {
    const known = this.#stacks.get(id);
    if (known !== undefined) return known;
    if (!this.#nodes.has(id)) return undefined;
    const stack: ProfileNode[] = [];
    const seen = new Set<number>();
    for (let at: number | undefined = id; at !== undefined && !seen.has(at);) {
      seen.add(at);
      const node = this.#nodes.get(at);
      const isCall = node !== undefined && !NOT_CALLS.has(node.callFrame?.functionName ?? "");
      if (isCall) stack.unshift(node);
      at = this.#parents.get(at);
    }
    this.#stacks.set(id, stack);
    return stack;
  }
}
