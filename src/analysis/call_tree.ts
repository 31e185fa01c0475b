/**
 * Calls merged by their path, as a tree: what each caller spent in what it
 * called, over all traces.
 *
 * @module
 */
import type {
  AttributeCondition,
  CallPath,
  RecordedRun,
  SpanKey,
  SpanReader,
  TimeRange,
} from "../model/span_reader.ts";
import { traceSample } from "./trace_sample.ts";

/** One caller on one way from its root, with what it called. */
export interface CallNode extends SpanKey {
  count: number;
  errors: number;
  totalNs: number;
  selfNs: number;
  /** Of the time of all roots. Above 1 where calls ran side by side. */
  share: number;
  /** Its calls overlapped: together they took longer than the time that it waited for them. */
  isParallel: boolean;
  /** Longest first. */
  children: CallNode[];
  /** What is left out below it for being too short: calls and their time. */
  hidden: { count: number; totalNs: number };
}

/** A call tree. Plain data. */
export interface CallTree {
  run: RecordedRun;
  roots: CallNode[];
  /** Time of all roots. */
  totalNs: number;
  /** Roots that are left out for being too short. */
  hidden: { count: number; totalNs: number };
  /** It is made of one in so many traces; counts and times are estimates where that is not 1. */
  oneIn: number;
}

/** Options for {@linkcode buildCallTree}. */
export interface CallTreeOptions {
  /** Names that the trees begin with. Default: whatever has no parent. */
  keys?: readonly SpanKey[] | undefined;
  where?: readonly AttributeCondition[];
  during?: TimeRange;
  /** Levels below the roots. Default: 16. */
  maxDepth?: number;
  /** Shortest path that is shown, as a share of the time of all roots. Default: 0.005. */
  minShare?: number;
}

const DEFAULT_DEPTH = 16;
const DEFAULT_SHARE = 0.005;

/** Merges the calls of a run. */
export async function buildCallTree(
  reader: SpanReader,
  options: CallTreeOptions = {},
): Promise<CallTree> {
  const { keys, where = [], during = {}, maxDepth = DEFAULT_DEPTH } = options;
  const choice = { keys, where, during };
  const { minShare = DEFAULT_SHARE } = options;
  const isPart = where.length > 0 || during.sinceNs !== undefined || during.untilNs !== undefined;
  // Of a part nobody knows how much it is.
  const oneIn = isPart ? 1 : await traceSample(reader, { keys });
  const all = await reader.callPaths({ ...choice, maxDepth, minShare, oneIn });
  const roots = all.filter(({ depth }) => depth === 0);
  const totalNs = roots.reduce((sum, root) => sum + root.totalNs, 0);
  const parents = new Set(all.map(({ parentId }) => parentId));
  // Roots come however short they are, others only if they or what they lead to took long enough.
  const paths = all.filter(({ depth, id, totalNs: ownNs }) =>
    depth > 0 || ownNs >= totalNs * minShare || parents.has(id)
  );
  const nodes = new Map<string, CallNode>();
  const top: CallNode[] = [];
  for (const path of paths) {
    const node = toNode(path, totalNs);
    nodes.set(path.id, node);
    const parent = path.parentId === undefined ? undefined : nodes.get(path.parentId);
    (parent?.children ?? top).push(node);
  }
  for (const node of nodes.values()) summarize(node);
  const shown = new Set(paths.map(({ id }) => id));
  const left = roots.filter(({ id }) => !shown.has(id));
  return { run: reader.run, roots: top, totalNs, hidden: sumOf(left), oneIn };
}

function toNode(path: CallPath, totalNs: number): CallNode {
  const { name, scope, count, errors, selfNs } = path;
  return {
    name,
    scope,
    count,
    errors,
    totalNs: path.totalNs,
    selfNs,
    share: totalNs === 0 ? 0 : path.totalNs / totalNs,
    isParallel: false,
    children: [],
    hidden: { count: 0, totalNs: 0 },
  };
}

/** What the shown children of a node say about it. */
function summarize(node: CallNode): void {
  const children = sumOf(node.children);
  const waitedNs = node.totalNs - node.selfNs;
  // What another thread did for it is no part of the time that it waited for calls.
  const isOwn = waitedNs > children.totalNs / 20;
  node.isParallel = isOwn && children.totalNs > waitedNs * 1.01 + 1_000 * node.count;
  if (!node.isParallel) node.hidden.totalNs = Math.max(0, waitedNs - children.totalNs);
}

function sumOf(nodes: readonly { count: number; totalNs: number }[]) {
  return nodes.reduce(
    (sum, { count, totalNs }) => ({ count: sum.count + count, totalNs: sum.totalNs + totalNs }),
    { count: 0, totalNs: 0 },
  );
}
