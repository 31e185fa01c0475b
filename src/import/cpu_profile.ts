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
import { microsToNs, nsBetween, toNumber, toObject, toObjects, toText, toTime } from "./values.ts";

interface CallFrame {
  functionName: unknown;
  url: unknown;
  lineNumber: unknown;
  columnNumber: unknown;
}

interface ProfileNode {
  id: number;
  name: string;
  callFrame: Partial<CallFrame>;
}

/** Profiles whose clock is that of the world begin after the year 2000; in microseconds. */
const FIRST_UNIX_US = 946_684_800e6;

/** What stands for time in which no JavaScript ran. */
const NOT_CALLS = new Set(["(root)", "(idle)", "(program)"]);

/** Whatever runs waits for it, so it lies on top of that. */
const GARBAGE_COLLECTOR = "(garbage collector)";

/** Whether a text looks like it. */
export function isCpuProfile(text: string): boolean {
  return /^\s*\{[^]{0,200}"nodes"\s*:/.test(text) && text.includes('"callFrame"');
}

/** Reads the samples. @throws {ImportError} */
export function readCpuProfile(text: string, endUnixMs: number): ImportedFile {
  const profile = parse(text);
  const { nodes, samples, timeDeltas } = profile;
  if (!Array.isArray(nodes) || !Array.isArray(samples) || !Array.isArray(timeDeltas)) {
    throw new ImportError("it has no nodes, samples and timeDeltas");
  }
  const stacks = new Stacks(toObjects(nodes));
  const { moments, lastUs } = momentsOf(samples, timeDeltas);
  const startUs = toNumber(profile.startTime) ?? 0;
  // The last sample lasts until the profile ended.
  const lengthUs = Math.max(lastUs, (toNumber(profile.endTime) ?? 0) - startUs);
  // Most clocks began when the machine did; the file was written when they stopped.
  const originUs = startUs >= FIRST_UNIX_US ? startUs : endUnixMs * 1000 - lengthUs;
  const calls = new Calls(microsToNs(originUs));
  for (const { sample, atUs } of moments) {
    const stack = stacks.of(sample);
    if (stack === undefined) skip(calls.file, "samples of unknown calls");
    else calls.show(stack, atUs);
  }
  calls.close(lengthUs);
  return calls.file;
}

function parse(text: string): Record<string, unknown> {
  try {
    return toObject<Record<string, unknown>>(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    throw new ImportError("it is not JSON");
  }
}

/** The samples in the order of time: V8 writes some down late, with a negative delta. */
function momentsOf(samples: readonly unknown[], timeDeltas: readonly unknown[]) {
  let nowUs = 0;
  const moments = samples.map((sample, i) => {
    nowUs += toNumber(timeDeltas[i]) ?? 0;
    return { sample: toNumber(sample) ?? NaN, atUs: Math.max(0, nowUs) };
  }).sort((a, b) => a.atUs - b.atUs);
  return { moments, lastUs: moments.at(-1)?.atUs ?? 0 };
}

/** Makes spans of the stacks that follow each other. */
class Calls {
  readonly file: ImportedFile = { spans: [], skipped: new Map() };
  readonly #originNs: bigint;
  readonly #open: { node: ProfileNode; span: ImportedSpan }[] = [];

  constructor(originNs: bigint) {
    this.#originNs = originNs;
  }

  /** Ends what the stack does not show any more, and begins what it shows first. */
  show(shown: readonly ProfileNode[], atUs: number): void {
    const open = this.#open;
    const top = shown.at(-1);
    const running = open.map(({ node }) => node).filter(({ name }) => name !== GARBAGE_COLLECTOR);
    const stack = top?.name === GARBAGE_COLLECTOR ? [...running, top] : shown;
    let same = 0;
    while (same < open.length && open[same]!.node === stack[same]) same++;
    this.close(atUs, same);
    const startUnixNs = this.#at(atUs);
    for (const node of stack.slice(same)) {
      const id = String(this.file.spans.length + 1);
      const span = toSpan(node, { id, parent: open.at(-1)?.span, startUnixNs });
      this.file.spans.push(span);
      open.push({ node, span });
    }
  }

  /** Ends what is deeper than some level. */
  close(atUs: number, depth = 0): void {
    for (const { span } of this.#open.splice(depth)) {
      span.durationNs = nsBetween(span.startUnixNs, this.#at(atUs));
    }
  }

  #at(us: number): bigint {
    return toTime(this.#originNs + microsToNs(us));
  }
}

function toSpan(
  { name, callFrame }: ProfileNode,
  { id, parent, startUnixNs }: {
    id: string;
    parent: ImportedSpan | undefined;
    startUnixNs: bigint;
  },
): ImportedSpan {
  const url = toText(callFrame.url) ?? "";
  const lineNumber = toNumber(callFrame.lineNumber) ?? -1;
  const columnNumber = toNumber(callFrame.columnNumber) ?? -1;
  return {
    id,
    parentId: parent?.id,
    trace: parent?.trace ?? id,
    name,
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
      ...lineNumber < 0 ? {} : { "code.line.number": lineNumber + 1 },
      ...columnNumber < 0 ? {} : { "code.column.number": columnNumber + 1 },
    },
  };
}

/** The calls from the outermost to each node. */
class Stacks {
  readonly #nodes = new Map<number, ProfileNode>();
  readonly #parents = new Map<number, number>();
  readonly #stacks = new Map<number, ProfileNode[]>();

  constructor(nodes: readonly Record<string, unknown>[]) {
    for (const raw of nodes) {
      const id = toNumber(raw["id"]);
      if (id === undefined) continue;
      const callFrame = toObject<CallFrame>(raw["callFrame"]);
      const name = toText(callFrame.functionName) || "(anonymous)";
      this.#nodes.set(id, { id, name, callFrame });
      const parent = toNumber(raw["parent"]);
      if (parent !== undefined) this.#parents.set(id, parent);
      const children = Array.isArray(raw["children"]) ? raw["children"] as unknown[] : [];
      for (const child of children) {
        if (typeof child === "number") this.#parents.set(child, id);
      }
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
      if (node !== undefined && !NOT_CALLS.has(node.name)) stack.push(node);
      at = this.#parents.get(at);
    }
    stack.reverse();
    this.#stacks.set(id, stack);
    return stack;
  }
}
