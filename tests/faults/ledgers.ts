/**
 * Reads the ledgers of a program under test: what it saw itself record.
 *
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The ledger of one thread. fixtures/program.mjs writes it. */
export interface Ledger {
  source: string;
  pid: number;
  root: "none" | "open" | "ended";
  /** `ending`: it came to where its settings say what happens. */
  state: "working" | "ending" | "done";
  /** Not so in a thread that began when ferret was dead: nobody made a ring for it. */
  isRecorded: boolean;
  /** Number of the last span that ended, of each lane. */
  lanes: number[];
}

const FIRST_LANE = 4;
const PREFIX = "ledger-";

/** The ledgers in a folder, that of the main thread included. */
export function readLedgers(folder: string): Ledger[] {
  return readdirSync(folder).filter((name) => name.startsWith(PREFIX)).sort().map((name) => {
    const bytes = readFileSync(join(folder, name));
    const slots = Array.from({ length: bytes.length >> 3 }, (_, i) => bytes.readDoubleLE(i * 8));
    return {
      source: name.slice(PREFIX.length),
      pid: slots[0] ?? 0,
      root: (["none", "open", "ended"] as const)[slots[1] ?? 0]!,
      state: (["working", "ending", "done"] as const)[slots[2] ?? 0]!,
      isRecorded: slots[3] === 1,
      lanes: slots.slice(FIRST_LANE),
    };
  });
}

/** Spans of all lanes that were seen to end. */
export function countSeen(ledgers: readonly Ledger[]): number {
  return ledgers.reduce((sum, { lanes }) => sum + lanes.reduce((a, b) => a + b, 0), 0);
}
