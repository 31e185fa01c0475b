/**
 * ferret's end of a transport: where the program's records can be drained.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import type { ProgramConfig } from "../../src/model/program_config.ts";
import type { RingSource } from "../../src/writer/ring_source.ts";

/** Settings of a run's ring. */
export interface RingOptions {
  /** Bytes of the ring, or of each segment with `grow`. */
  ringBytes: number;
  /** The `grow` policy. */
  grows: boolean;
}

/** One transport, ready for a program to be started. */
export interface TransportEnd {
  /** Private folder of the run. */
  readonly folder: string;
  /** What the writer drains. */
  readonly source: RingSource;
  /** What the program has to know. */
  readonly config: Pick<ProgramConfig, "transport" | "ringPath" | "ringBytes" | "segmentBytes">;
  /** Variables that the program needs to use the transport. */
  readonly environment: Readonly<Record<string, string>>;
  /** Something the user should know, such as a smaller ring. */
  readonly note: string | undefined;
  /** Called when the program has been started. */
  begin(program: ChildProcess): void;
  /**
   * Resolves when everything that the program sent has arrived, with a
   * sentence for the user when something is missing. Never rejects.
   */
  arrived(): Promise<string | undefined>;
  /** Whether a recorder has started in the program. */
  hasProducer(): boolean;
  /** Ends what `begin` began. */
  close(): void;
}
