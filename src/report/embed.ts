/**
 * Everything that a page in one file can be asked, answered beforehand: as much
 * of it as there is room for, and sentences on what there was no room for.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { deflateRawSync } from "node:zlib";
import { formatDuration } from "../model/duration.ts";
import { countOf, formatCount } from "../model/numbers.ts";
import type { SpanReader } from "../model/span_reader.ts";
import { RunAnswers } from "./answer.ts";
import { buildNameDetails, entryRows, explainName } from "./name_detail.ts";
import {
  type Example,
  EXAMPLE_PARTS,
  type NameRow,
  type Overview,
  type PageRequest,
  requestKey,
} from "./page_requests.ts";
import { LoadedRun, MAX_TIMELINE_SPANS, readSlices, readTraces } from "./slices.ts";

/** An answer as it stands in the file. */
export interface Block {
  key: string;
  /** JSON, deflated, in base64. */
  text: string;
}

/** What goes into a page. */
export interface Embedded {
  blocks: Block[];
  /** What was left out, in sentences. */
  omissions: string[];
}

/** Names with details of their own. */
const MAX_NAMES = 200;
/** Names whose slow tail is explained; each is a look through the recording. */
const MAX_EXPLAINED_NAMES = 30;
/** Spans that may be looked through to explain names: seconds of work. */
const MAX_EXPLAINED_SPANS = 20_000_000;

/** Parts of the room: for details of names, then for the timeline; the rest is for traces. */
const NAMES_SHARE = 0.4;
const TIMELINE_SHARE = 0.5;
/** What a span of a timeline takes, in a guess that is rather too high. */
const TIMELINE_SPAN_BYTES = 24;

/** Options for {@linkcode embedRuns}. */
export interface EmbedOptions {
  /** Of all blocks together; tables and flame graphs are there however long they are. */
  maxBytes: number;
}

/** Answers what can be asked of the runs. */
export async function embedRuns(
  readers: readonly SpanReader[],
  { maxBytes }: EmbedOptions,
): Promise<Embedded> {
  const blocks: Block[] = [];
  const omissions: string[] = [];
  let left = maxBytes;
  for (const [run, reader] of readers.entries()) {
    // What one run leaves of its share is for the next.
    const room = new Room(left / (readers.length - run));
    const omitted = await new RunEmbedding(reader, { run, room }).embed();
    left -= room.taken;
    blocks.push(...room.blocks);
    const whose = readers.length === 1 ? "" : run === 0 ? "Baseline: " : "Candidate: ";
    omissions.push(...omitted.map((text) => whose + text));
  }
  return { blocks, omissions };
}

/** Answers what can be asked of one run. */
class RunEmbedding {
  readonly #reader: SpanReader;
  readonly #run: number;
  readonly #room: Room;
  readonly #omissions: string[] = [];

  constructor(reader: SpanReader, { run, room }: { run: number; room: Room }) {
    this.#reader = reader;
    this.#run = run;
    this.#room = room;
  }

  /** @returns Sentences on what was left out. */
  async embed(): Promise<string[]> {
    const run = this.#run;
    const answers = new RunAnswers(this.#reader);
    const overview = await answers.overview();
    this.#room.add({ kind: "overview", run }, overview);
    this.#room.add({ kind: "calls", run }, await answers.answer({ kind: "calls", run }));
    const examples = await this.#embedNames(overview);
    const loaded = await LoadedRun.load(this.#reader);
    await this.#embedTimeline(loaded);
    await this.#embedExamples(examples, loaded);
    return this.#omissions;
  }

  /** Those with the longest total time first. */
  async #embedNames({ rows, hiddenCount }: Overview): Promise<Example[][]> {
    const reader = this.#reader;
    const chosen = rows.slice(0, MAX_NAMES);
    const details = await buildNameDetails(reader, chosen);
    const entries = entryRows(chosen);
    const explained = Math.min(
      MAX_EXPLAINED_NAMES,
      Math.floor(MAX_EXPLAINED_SPANS / Math.max(1, reader.run.stored)),
    );
    const upTo = this.#room.left * (1 - NAMES_SHARE);
    const examples: Example[][] = [];
    for (const [i, row] of chosen.entries()) {
      if (i < explained) {
        const withCauses = entries.includes(row);
        Object.assign(details[i]!, await explainName(reader, row, { withCauses }));
      }
      if (!this.#room.add(nameRequest(this.#run, row), details[i], upTo)) break;
      examples.push(details[i]!.examples);
    }
    const all = rows.length + hiddenCount;
    if (all > examples.length) {
      this.#omissions.push(
        `${formatCount(examples.length)} of ${countOf(all, "name")}, those with the longest ` +
          "total time, have examples and their latency over time here.",
      );
    }
    if (explained < Math.min(chosen.length, MAX_EXPLAINED_NAMES)) {
      this.#omissions.push(
        `What slow spans have in common was ${
          explained === 0 ? "not looked for" : `looked for in ${countOf(explained, "name")} only`
        }, because there are so many spans; ferret report --explain tells it of any name.`,
      );
    }
    return examples;
  }

  async #embedTimeline(loaded: LoadedRun | undefined): Promise<void> {
    const request = { kind: "slices" as const, run: this.#run };
    const bytes = Math.max(0, this.#room.left * TIMELINE_SHARE);
    if (loaded && this.#room.add(request, loaded.timeline(), this.#room.left - bytes)) return;
    const limit = Math.min(MAX_TIMELINE_SPANS, Math.floor(bytes / TIMELINE_SPAN_BYTES));
    const slices = await readSlices(this.#reader, { limit });
    if (!this.#room.add(request, slices, 0)) {
      this.#omissions.push("The timeline is left out: there was no room for it.");
    } else if (slices.cut !== undefined) {
      this.#omissions.push(
        `The timeline has the ${formatCount(slices.spanId.length)} longest of ${
          countOf(slices.cut.total, "span")
        }: those of ${formatDuration(slices.cut.shorterThanNs ?? 0)} and more.`,
      );
    }
  }

  /** In turns: the slowest of each name, then the next part, so that no name gets all the room. */
  async #embedExamples(
    examples: readonly Example[][],
    loaded: LoadedRun | undefined,
  ): Promise<void> {
    const inTurns = EXAMPLE_PARTS.flatMap((part) =>
      examples.flatMap((own) => own.filter((one) => one.part === part))
    );
    const requests = inTurns.map(({ spanId, traceId, startNs, durationNs }) => ({
      kind: "trace" as const,
      run: this.#run,
      spanId,
      traceId,
      startNs,
      endNs: startNs + durationNs,
    }));
    let embedded = 0;
    let next = 0;
    const traces = loaded === undefined
      ? readTraces(this.#reader, requests)
      : requests.map((request) => loaded.trace(request));
    for await (const slices of traces) {
      if (this.#room.add(requests[next++]!, slices, 0)) embedded++;
      if (this.#room.left <= 0) break;
    }
    if (embedded === inTurns.length) return;
    this.#omissions.push(
      `${formatCount(embedded)} of ${countOf(inTurns.length, "example")} have their trace here. ` +
        "Examples are the slowest span of each name, then those at p99, p90 and the median, " +
        "then the fastest.",
    );
  }
}

function nameRequest(run: number, { name, scope }: NameRow): PageRequest {
  return { kind: "name", run, name, scope };
}

/** An answer as it stands in the file. */
export function encodeBlock(request: PageRequest, answer: unknown): Block {
  const bytes = deflateRawSync(JSON.stringify(answer));
  return { key: requestKey(request), text: Buffer.from(bytes).toString("base64") };
}

/** The room that there is in the file. */
class Room {
  taken = 0;
  readonly blocks: Block[] = [];
  readonly #bytes: number;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes - this.taken;
  }

  /** @param upTo Room that is to be left, else nothing is added. Without it there is always room. */
  add(request: PageRequest, answer: unknown, upTo = -Infinity): boolean {
    const block = encodeBlock(request, answer);
    if (this.left - block.text.length < upTo) return false;
    this.taken += block.text.length;
    this.blocks.push(block);
    return true;
  }
}
