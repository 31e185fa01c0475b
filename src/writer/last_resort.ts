/**
 * Finishing a run whose writer could not be kept alive: once more in this very
 * thread, and if that fails too, at least saying what was lost.
 *
 * @module
 */
import type { FinishReport, RunEnd } from "../model/run_info.ts";
import type { Ledger } from "../model/ledger.ts";
import { partialPath } from "../store/partial.ts";
import type { RunWriterOptions } from "./run_writer.ts";

/** Finishes a run without a worker. Never rejects. */
export async function finishWithoutWorker(
  options: RunWriterOptions,
  end: RunEnd,
): Promise<FinishReport> {
  try {
    // Loaded only now: the owner's thread has no other use for a database.
    const { RunWriter } = await import("./run_writer.ts");
    const writer = await RunWriter.open(options);
    return await writer.finish(end);
  } catch (error) {
    const { ledger } = await lostLedger(options);
    const message = (error instanceof Error ? error.message : String(error)).split("\n", 1)[0];
    // What is in files is not lost: recovering stores it.
    const canWait = options.rings.every(({ kind }) => kind !== "shared");
    const waiting = canWait ? ledger.byReason.writer_failed ?? 0 : 0;
    const { withoutWaiting } = await import("./finish_run.ts");
    return {
      path: options.out,
      n: 0,
      ledger: withoutWaiting(ledger, waiting),
      joined: false,
      status: end.status ?? "complete",
      partialPath: partialPath(options.out, options.run.runId),
      isDurable: false,
      waiting,
      problems: [
        canWait
          ? `Cannot store everything in "${options.out}": ${message}`
          : `${ledger.lost} spans are lost: ${message}`,
      ],
      spanCostNs: 0,
    };
  }
}

/** The books of a run of which nothing can be read back. */
async function lostLedger(options: RunWriterOptions): Promise<{ ledger: Ledger }> {
  const { closeBooks } = await import("./books.ts");
  const { RingDecoder } = await import("./ring_decoder.ts");
  const { TextNumbers } = await import("./ring_strings.ts");
  const { openRingSource } = await import("./ring_source.ts");
  const texts = new TextNumbers();
  const decoders = options.rings.flatMap((source, ring) => {
    try {
      const memory = openRingSource(source);
      if (memory === undefined) return [];
      return [new RingDecoder(ring, memory, { texts, strings: [], progress: undefined })];
    } catch {
      return [];
    }
  });
  const none = { spans: 0, unfinished: 0, writerFailed: 0 };
  const { cut_off: missing = 0 } = closeBooks(decoders, none).ledger.byReason;
  const { ledger } = closeBooks(decoders, { ...none, writerFailed: missing });
  return { ledger };
}
