/**
 * W3C trace context, the header `traceparent`: which trace a request belongs
 * to, told to other programs and read from theirs.
 *
 * On the wire a trace of this run is the run's seed and the trace's number, a
 * span is its number. So a request that comes from this very run, also from
 * another process of it, is known by the seed, and its span gets its parent.
 * Any other trace id is foreign: the request begins a trace here, which goes by
 * the foreign id wherever it leads to.
 *
 * @module
 */
import type { Recorder } from "../recorder/recorder.ts";
import { Span, SPAN_SAMPLED_OUT } from "../recorder/span.ts";
import type { Hook } from "./hook.ts";
import { Map, WeakMap } from "../runtime/intrinsics.ts";

/** Name of the header. */
export const TRACEPARENT = "traceparent";

/** Traces with a foreign id that are open at the same time; of more, the oldest lose theirs. */
const MAX_FOREIGN = 4096;

const SEED = /^[0-9a-f]{16}$/;
/** Version, trace id, parent id, flags. Later versions may have more behind these. */
const HEADER = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const NO_ID = /^0+$/;
const SAMPLED = 1;

/** What the header of an incoming request says. */
export interface RemoteTrace {
  /** The span of this run that made the request. */
  parent: Span | undefined;
  /** Id of a trace that began outside of this run. */
  foreignId: string | undefined;
  /** Whether whoever made the request records it. */
  parentSampled: boolean;
}

const contexts = new WeakMap<Recorder, TraceContext>();

/** `--no-hook traceparent` leaves the headers of all requests alone. */
export const traceparent: Hook = {
  name: "traceparent",
  runtimes: ["deno", "bun", "node"],
  install({ recorder, config }) {
    if (!SEED.test(config.traceSeed)) throw new Error("the run has no seed for trace ids");
    contexts.set(recorder, new TraceContext(recorder, config.traceSeed));
  },
};

export class TraceContext {
  readonly #recorder: Recorder;
  readonly #seed: string;
  /** Foreign ids by the number that the trace has here. */
  readonly #foreign = new Map<number, string>();

  constructor(recorder: Recorder, seed: string) {
    this.#recorder = recorder;
    this.#seed = seed;
  }

  /** The trace context of a recorder; undefined when it is switched off. */
  static of(recorder: Recorder): TraceContext | undefined {
    return contexts.get(recorder);
  }

  /** Whether something led to this request that its receiver could continue. */
  continues(span: Span): boolean {
    return span.id !== span.traceId;
  }

  /** The header for the request of `span`. The span keeps the id that its trace goes by. */
  headerOf(span: Span): string {
    const traceId = this.#foreign.get(span.traceId) ?? this.#seed + hex(span.traceId);
    this.#recorder.setW3cTraceId(span, traceId);
    return `00-${traceId}-${hex(span.id)}-${isSampled(span) ? "01" : "00"}`;
  }

  /**
   * Reads the header of an incoming request.
   *
   * @param nameId Name of a parent in this run, which the header does not tell.
   */
  read(header: string, nameId: number): RemoteTrace | undefined {
    const fields = HEADER.exec(header);
    if (fields === null) return undefined;
    const [, version, traceId, parentId, flags, more] = fields as unknown as string[];
    if (NO_ID.test(traceId!) || NO_ID.test(parentId!)) return undefined;
    if (version === "00" && more !== undefined) return undefined;
    const parentSampled = (parseInt(flags!, 16) & SAMPLED) !== 0;
    if (!traceId!.startsWith(this.#seed)) {
      return { parent: undefined, foreignId: traceId, parentSampled };
    }
    const trace = parseInt(traceId!.slice(16), 16);
    const id = parseInt(parentId!, 16);
    if (!Number.isSafeInteger(trace) || !Number.isSafeInteger(id)) return undefined;
    // It stands for a span that is open elsewhere, so it has no slot here.
    const parent = new Span(this.#recorder, -1, id, trace, nameId, 0, -1);
    if (!parentSampled) parent.state = SPAN_SAMPLED_OUT;
    return { parent, foreignId: undefined, parentSampled };
  }

  /**
   * Opens the span of something that came in with the header of a request:
   * below the span that sent it, or as a root.
   *
   * @param parentNameId Name of a parent in this run, which the header does not tell.
   */
  open(
    header: string,
    span: { nameId: number; meta: number; parentNameId: number },
  ): Span {
    const { engine } = this.#recorder;
    const remote = this.read(header, span.parentNameId);
    const foreignId = remote?.foreignId;
    if (foreignId !== undefined) engine.follow(remote!.parentSampled);
    const opened = engine.open(span.nameId, span.meta, remote?.parent);
    if (foreignId !== undefined) this.#keepForeign(opened, foreignId);
    return opened;
  }

  /** A trace began here that has a foreign id. */
  #keepForeign(root: Span, id: string): void {
    if (this.#foreign.size >= MAX_FOREIGN) {
      for (const oldest of this.#foreign.keys()) {
        this.#foreign.delete(oldest);
        break;
      }
    }
    this.#foreign.set(root.traceId, id);
    this.#recorder.setW3cTraceId(root, id);
  }

  /** The root of a trace has ended. */
  forgetForeign(root: Span): void {
    if (this.#foreign.size > 0) this.#foreign.delete(root.id);
  }
}

/** Whether the trace of a span is recorded, as the header tells it. */
function isSampled(span: Span): boolean {
  return span.isSampled;
}

function hex(id: number): string {
  return id.toString(16).padStart(16, "0");
}
