/**
 * What is published on one tracing channel, as spans: from `start` on, until
 * `end` where the operation is over by then, else until `asyncStart`.
 *
 * @module
 */
import { type Attributes, SCOPE_LIBRARY } from "../../model/span.ts";
import type { Frame } from "../../recorder/context.ts";
import type { Recorder } from "../../recorder/recorder.ts";
import type { Span } from "../../recorder/span.ts";
import { WeakMap } from "../../runtime/intrinsics.ts";

/** A store that a channel enters while it runs a function, as AsyncLocalStorage is one. */
interface BoundStore<T> {
  run(value: T, fn: () => unknown): unknown;
}

export interface Channel {
  name: string;
  subscribe(listener: (message: unknown) => void): void;
  bindStore<T>(store: BoundStore<T>, transform: (message: unknown) => T): void;
}

export interface TracingChannel {
  start: Channel;
  end: Channel;
  asyncStart: Channel;
  asyncEnd: Channel;
  error: Channel;
}

/** The object that a library publishes on all five channels of one operation. */
interface Message {
  error?: unknown;
  result?: unknown;
  /** Fastify's own: whether a handler is asynchronous. */
  async?: unknown;
  operation?: unknown;
  collection?: unknown;
  route?: { url?: unknown };
}

interface Operation {
  span: Span;
  /** The context of whoever started it. */
  outer: Frame;
  /** When its synchronous part was over, if more was expected. */
  endNs: number | undefined;
}

/** Longest text that is taken over from a message. */
const MAX_TEXT_LENGTH = 200;

/** Records the operations of a channel from now on. */
export function recordChannel(
  recorder: Recorder,
  channel: TracingChannel,
  name: string,
): void {
  const { context } = recorder;
  const operations = new WeakMap<object, Operation>();
  /** Some libraries publish `end` without a result, and nothing after it. */
  const abandoned = new FinalizationRegistry<Operation>(({ span, endNs }) =>
    recorder.end(span, endNs)
  );

  function begin(message: unknown): Operation | undefined {
    if (typeof message !== "object" || message === null) return undefined;
    const known = operations.get(message);
    if (known !== undefined) return known;
    const outer = context.frame();
    const span = recorder.startSpan(name, { scope: SCOPE_LIBRARY });
    recorder.setAttributes(span, attributesOf(message));
    const operation: Operation = { span, outer, endNs: undefined };
    operations.set(message, operation);
    return operation;
  }

  function finish(message: unknown): void {
    const operation = operations.get(message as object);
    if (operation === undefined) return;
    operations.delete(message as object);
    if (operation.endNs !== undefined) abandoned.unregister(operation);
    recorder.end(operation.span);
  }

  const inside: BoundStore<Operation | undefined> = {
    run: (operation, fn) => operation === undefined ? fn() : recorder.runWith(operation.span, fn),
  };
  /** The callback of an operation belongs to whoever passed it. */
  const outside: BoundStore<Operation | undefined> = {
    run(operation, fn) {
      if (operation === undefined) return fn();
      const inner = context.frame();
      context.leave(operation.outer);
      try {
        return fn();
      } finally {
        context.leave(inner);
      }
    },
  };
  channel.start.bindStore(inside, safe(begin));
  // For libraries that publish without running anything in it.
  channel.start.subscribe(safe(begin));
  channel.error.subscribe(safe((message) => {
    const operation = operations.get(message as object);
    if (operation !== undefined) {
      recorder.fail(operation.span, (message as Message).error);
    }
  }));
  channel.end.subscribe(safe((message) => {
    if (isOver(message as Message)) return finish(message);
    const operation = operations.get(message as object);
    if (operation === undefined) return;
    operation.endNs = recorder.nowNs();
    abandoned.register(message as object, operation, operation);
  }));
  channel.asyncStart.bindStore(
    outside,
    safe((message) => operations.get(message as object)),
  );
  channel.asyncStart.subscribe(safe(finish));
  channel.asyncEnd.subscribe(safe(finish));
}

/** Whether nothing more comes after `end`: an operation that goes on has no result by then. */
function isOver(message: Message): boolean {
  return "result" in message || "error" in message || message.async === false;
}

/** What may be known of any operation: templates and names, never values. */
function attributesOf(message: Message): Attributes {
  const attributes: Attributes = {};
  const set = (key: string, value: unknown) => {
    if (typeof value === "string" && value.length <= MAX_TEXT_LENGTH) {
      attributes[key] = value;
    }
  };
  set("http.route", message.route?.url);
  set("db.operation.name", message.operation);
  set("db.collection.name", message.collection);
  return attributes;
}

/** What a listener throws would end the program. */
function safe<R>(
  listener: (message: unknown) => R,
): (message: unknown) => R | undefined {
  return (message) => {
    try {
      return listener(message);
    } catch {
      return undefined;
    }
  };
}
