/**
 * Finds out when Bun has sent a response, by asking for the client's address,
 * which is gone when the response is: an estimate that is late by a millisecond
 * or a sixteenth of the time it took, and costs the program nothing else.
 *
 * @module
 */
import type { Recorder } from "../recorder/recorder.ts";
import type { HttpRequests, OpenRequest } from "./http_requests.ts";
import { Math } from "../runtime/intrinsics.ts";

const FIRST_DELAY_MS = 1;
const LAST_DELAY_MS = 1024;
/** A body that is being sent for so many delays is looked at half as often. */
const LOOKS_PER_DELAY = 16;

/** The part of Bun's server that is needed here. */
export interface ServerLike {
  requestIP(request: Request): unknown;
}

/** A request and its answer. */
export interface Exchange {
  readonly open: OpenRequest;
  readonly request: Request;
  readonly server: ServerLike;
  /** 0 until it is known. */
  status: number;
}

/** An exchange whose response is being sent. */
interface Sending {
  exchange: Exchange;
  signal: AbortSignal;
  delayMs: number;
  looks: number;
  dueMs: number;
}

export interface SendWatch {
  /** The handler has answered: the span is to end when the response has been sent. */
  answered(exchange: Exchange): void;
}

// Kept, so that a program's fake timers do not keep spans open.
const { setImmediate, setTimeout } = globalThis;

export function createSendWatch(recorder: Recorder, requests: HttpRequests): SendWatch {
  let batch: Exchange[] = [];
  let answeredNs: number[] = [];
  let sending: Sending[] = [];
  let isTimerSet = false;

  function lookAtBatch(): void {
    const exchanges = batch;
    const times = answeredNs;
    batch = [];
    answeredNs = [];
    for (let i = 0; i < exchanges.length; i++) {
      const exchange = exchanges[i]!;
      if (isOpen(exchange)) watch(exchange);
      else requests.end(exchange.open, exchange.status, times[i]);
    }
  }

  function watch(exchange: Exchange): void {
    sending.push({
      exchange,
      signal: exchange.request.signal,
      delayMs: FIRST_DELAY_MS,
      looks: 0,
      dueMs: nowMs() + FIRST_DELAY_MS,
    });
    if (!isTimerSet) setTimer(FIRST_DELAY_MS);
  }

  function setTimer(delayMs: number): void {
    isTimerSet = true;
    setTimeout(lookAtSending, delayMs).unref();
  }

  function lookAtSending(): void {
    isTimerSet = false;
    const now = nowMs();
    let next = Infinity;
    sending = sending.filter((one) => {
      if (one.dueMs <= now) {
        if (!isOpen(one.exchange)) {
          sent(one);
          return false;
        }
        if (++one.looks % LOOKS_PER_DELAY === 0) {
          one.delayMs = Math.min(one.delayMs * 2, LAST_DELAY_MS);
        }
        // On common multiples, so that one timer serves many.
        one.dueMs = (Math.floor(now / one.delayMs) + 1) * one.delayMs;
      }
      next = Math.min(next, one.dueMs);
      return true;
    });
    if (sending.length > 0) setTimer(Math.max(1, Math.ceil(next - now)));
  }

  function sent({ exchange, signal }: Sending): void {
    if (signal.aborted) requests.abort(exchange.open, exchange.status);
    else requests.end(exchange.open, exchange.status);
  }

  function nowMs(): number {
    return recorder.nowNs() / 1e6;
  }

  return {
    answered(exchange) {
      if (batch.push(exchange) === 1) setImmediate(lookAtBatch);
      answeredNs.push(recorder.nowNs());
    },
  };
}

function isOpen({ server, request }: Exchange): boolean {
  try {
    return server.requestIP(request) !== null;
  } catch {
    return false;
  }
}
