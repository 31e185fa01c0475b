/**
 * Spans of what a program asks of its databases, after OpenTelemetry's
 * conventions. Neither parameters nor keys nor values are recorded, and of an
 * error's message no part that may quote them.
 *
 * @module
 */
import { KIND_CLIENT, SCOPE_DB } from "../../model/span.ts";
import type { Recorder } from "../../recorder/recorder.ts";
import type { Span } from "../../recorder/span.ts";
import { withoutValues } from "./error_text.ts";
import { Operation, quietly } from "./operation.ts";
import { QueryCache } from "./query_cache.ts";
import type { QuerySummary } from "./query_summary.ts";
import type { Dialect } from "./sql_tokens.ts";
import { Map, String, WeakMap } from "../../runtime/intrinsics.ts";

/** Attribute sets that are encoded once; others are with every span. */
const MAX_SHARED = 1000;
/** Targets that are known apart. */
const MAX_TARGETS = 100;
/** Commands of Redis, and those of its modules. */
const COMMAND = /^[A-Z][A-Z0-9_.]{0,31}$/;

/** One database that the program talks to. */
export interface Target {
  system: string;
  namespace?: string | undefined;
  address?: string | undefined;
  port?: number | undefined;
}

export interface DatabaseOptions {
  /** As in `db.system.name`. */
  system: string;
  dialect?: Dialect;
  /** The code that an error carries, such as an SQLSTATE. */
  statusOf?: (error: object) => unknown;
}

interface KnownTarget extends Target {
  /** Numbers of encoded attributes. */
  shared: Map<QuerySummary, number>;
}

/** A kind of database, to one hook. */
export class Database {
  readonly recorder: Recorder;
  readonly system: string;
  readonly #queries: QueryCache | undefined;
  readonly #commands = new Map<string, QuerySummary>();
  readonly #targets = new Map<string, KnownTarget>();
  readonly #known = new WeakMap<Target, KnownTarget>();
  readonly #unnamed: KnownTarget;
  #sharedCount = 0;
  readonly #statusOf: (error: object) => unknown;

  constructor(
    recorder: Recorder,
    { system, dialect, statusOf }: DatabaseOptions,
  ) {
    this.recorder = recorder;
    this.system = system;
    this.#unnamed = { system, shared: new Map() };
    this.#queries = dialect === undefined ? undefined : new QueryCache(dialect);
    this.#statusOf = statusOf ?? (() => undefined);
  }

  /** What is recorded of a query. */
  query(text: unknown): QuerySummary {
    return this.#queries!.get(text);
  }

  /** The same for a command that has a name and no text. */
  command(name: unknown): QuerySummary {
    let known = this.#commands.get(name as string);
    if (known !== undefined) return known;
    const upper = typeof name === "string" ? name.toUpperCase() : "";
    const operation = COMMAND.test(upper) && this.#commands.size < 1000 ? upper : "_OTHER";
    known = { summary: operation, operation, collection: undefined, text: "" };
    if (operation !== "_OTHER") this.#commands.set(name as string, known);
    return known;
  }

  /** Something that is neither, such as waiting for a connection. */
  step(name: string): QuerySummary {
    let known = this.#commands.get(name);
    if (known === undefined) {
      known = { summary: name, operation: "", collection: undefined, text: "" };
      this.#commands.set(name, known);
    }
    return known;
  }

  /** Begins an operation, as a child of the current span. `target` may be told at its end. */
  start(summary: QuerySummary, target?: Target): Operation {
    const span = this.recorder.startSpan(summary.summary || this.system, {
      scope: SCOPE_DB,
      kind: KIND_CLIENT,
    });
    return new Operation(this, span, summary, target);
  }

  /** Whether what happens now is part of an operation that is recorded. */
  get isInside(): boolean {
    return this.recorder.isInside(SCOPE_DB);
  }

  /** For {@linkcode Operation}. */
  describe(
    span: Span,
    summary: QuerySummary,
    target: Target | undefined,
  ): void {
    if (span.slot < 0) return;
    const known = this.#knownOf(target);
    let number = known.shared.get(summary);
    if (number === undefined) {
      const isWanted = this.#sharedCount < MAX_SHARED;
      number = isWanted ? this.recorder.shareAttributes(attributesOf(summary, known)) : 0;
      if (isWanted) {
        this.#sharedCount++;
        known.shared.set(summary, number);
      }
    }
    if (number !== 0) this.recorder.setShared(span, number);
    else this.recorder.setAttributes(span, attributesOf(summary, known));
  }

  /** For {@linkcode Operation}. */
  fail(span: Span, error: unknown): void {
    if (span.slot < 0) return;
    const { recorder } = this;
    recorder.fail(span, error, withoutValues);
    let status: unknown;
    if (typeof error === "object" && error !== null) {
      quietly(() => void (status = this.#statusOf(error)));
    }
    if (typeof status !== "string" && typeof status !== "number") return;
    recorder.setAttribute(span, "db.response.status_code", String(status));
    recorder.setAttribute(span, "error.type", String(status));
  }

  #knownOf(target: Target | undefined): KnownTarget {
    // Most come again as the same object.
    const found = target === undefined ? this.#unnamed : this.#known.get(target);
    if (found !== undefined) return found;
    const { system, namespace, address, port } = target!;
    const key = `${system} ${namespace} ${address} ${port}`;
    let known = this.#targets.get(key);
    if (known === undefined) {
      known = { ...target!, shared: new Map() };
      if (this.#targets.size < MAX_TARGETS) this.#targets.set(key, known);
    }
    this.#known.set(target!, known);
    return known;
  }
}

function attributesOf(
  { summary, operation, collection, text }: QuerySummary,
  target: Target,
): Record<string, string | number> {
  const attributes: Record<string, string | number> = {
    "db.system.name": target.system,
  };
  if (operation !== "") attributes["db.operation.name"] = operation;
  if (operation !== "") attributes["db.query.summary"] = summary;
  if (collection !== undefined) attributes["db.collection.name"] = collection;
  if (target.namespace) attributes["db.namespace"] = target.namespace;
  if (target.address) attributes["server.address"] = target.address;
  if (target.port) attributes["server.port"] = target.port;
  if (text !== "") attributes["db.query.text"] = text;
  return attributes;
}
