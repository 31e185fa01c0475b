/**
 * ferret's end of a run: where the records of the program, its workers and its
 * child processes can be drained.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import type { JoinConfig, ProgramConfig } from "../../src/model/program_config.ts";
import type { RingSource } from "../../src/writer/ring_source.ts";

/** Settings of a run's rings. */
export interface RingOptions {
  /** Bytes of the ring of the program's main thread, or of each segment of it with `grow`. */
  ringBytes: number;
  /** The `grow` policy. */
  grows: boolean;
  /** Whether the program's main thread gets a ring of its own: it is known what will be started. */
  hasMain: boolean;
  /** Whether the program gives its permission to map files back. */
  reserves: boolean;
}

/** One way for records to leave a run, ready for a program to be started. */
export interface TransportEnd {
  /** What the writer drains from the start. */
  readonly sources: RingSource[];
  /** What the program's main thread has to know. */
  readonly config: Pick<ProgramConfig, "transport" | "ringPath" | "ringBytes" | "segmentBytes">;
  /** What all that joins later has to know. */
  readonly join: Pick<JoinConfig, "claimsPath" | "pipeInode">;
  /** Variables that the program needs to use the transport. */
  readonly environment: Readonly<Record<string, string>>;
  /** What the program gets as file descriptor 3. */
  readonly descriptor: number | "pipe" | undefined;
  /** Called when the program has been started; `onRing` with each ring that comes later. */
  begin(program: ChildProcess, onRing: (source: RingSource) => void): void;
  /**
   * Resolves when everything that was sent has arrived and every ring is known,
   * with sentences for the user when something is missing. Never rejects.
   */
  arrived(): Promise<string[]>;
  /** Whether a recorder has started anywhere in the run. */
  hasProducer(): boolean;
  /** Processes that record now. */
  producerPids(): number[];
  /** Ends what `begin` began. */
  close(): void;
}
