/**
 * One timed operation as the program holds it. Everything with a fraction or a
 * long life in it (start, child time) stays in the recorder's slot, not here: a
 * float in an object costs V8 an allocation.
 *
 * No method throws, and all do nothing once the span has ended.
 *
 * @module
 */
import type { Attributes, AttributeValue } from "../model/span.ts";
import { STATUS_ERROR, STATUS_OK } from "../model/span.ts";
import type { AttributeList } from "./attribute_list.ts";
import type { Frame } from "./context.ts";
import type { Recorder } from "./recorder.ts";

export class Span {
  readonly recorder: Recorder;
  /** Place in the open-span table, -1 once ended. */
  slot: number;
  readonly id: number;
  readonly traceId: number;
  nameId: number;
  /** The name itself where it has no number. */
  inlineName: string | undefined;
  /** Scope, kind, status and flags, packed as in a record. */
  meta: number;
  readonly parentSlot: number;
  attributes: AttributeList | undefined = undefined;
  /** Context to go back to; only while `isEntered`. */
  previous: Frame = undefined;
  isEntered = false;
  /** The end waits for a promise that was returned. */
  isDeferred = false;

  constructor(
    recorder: Recorder,
    slot: number,
    id: number,
    traceId: number,
    nameId: number,
    meta: number,
    parentSlot: number,
  ) {
    this.recorder = recorder;
    this.slot = slot;
    this.id = id;
    this.traceId = traceId;
    this.nameId = nameId;
    this.inlineName = undefined;
    this.meta = meta;
    this.parentSlot = parentSlot;
  }

  /** Whether the span is still open. */
  get isRecording(): boolean {
    return this.slot >= 0;
  }

  /** Sets one attribute; a later value replaces an earlier one. */
  setAttribute(key: string, value: AttributeValue): this {
    if (this.slot >= 0) this.recorder.setAttribute(this, key, value);
    return this;
  }

  /** Sets several attributes. */
  setAttributes(attributes: Attributes): this {
    if (this.slot >= 0) this.recorder.setAttributes(this, attributes);
    return this;
  }

  /** Sets the status; `message` becomes the attribute `ferret.status_message`. */
  setStatus(status: "ok" | "error", message?: string): this {
    if (this.slot < 0) return this;
    this.recorder.setStatus(this, status === "error" ? STATUS_ERROR : STATUS_OK);
    if (message !== undefined) this.setAttribute("ferret.status_message", message);
    return this;
  }

  /** Keeps an error as an event of the span. The status is not changed. */
  recordException(error: unknown): this {
    if (this.slot >= 0) this.recorder.recordException(this, error);
    return this;
  }

  /** Keeps a point in time. */
  addEvent(name: string, attributes?: Attributes): this {
    if (this.slot >= 0) this.recorder.addEvent(this, name, attributes);
    return this;
  }

  /** Gives the span another name, for instance once the route is known. */
  updateName(name: string): this {
    if (this.slot >= 0) this.recorder.rename(this, name);
    return this;
  }

  /**
   * Ends the span.
   *
   * @param endNs Reading of the recorder's clock; default now.
   */
  end(endNs?: number): void {
    this.recorder.end(this, endNs);
  }

  [Symbol.dispose](): void {
    this.recorder.end(this);
  }
}
