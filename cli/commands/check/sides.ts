/**
 * The runs that relative thresholds compare.
 *
 * @module
 */
import type { CheckedSides, MissingSides } from "../../../src/analysis/check_changes.ts";
import { readProfile } from "../../../src/analysis/read_profile.ts";
import type { RecordedRun, SpanKey, SpanReader } from "../../../src/model/span_reader.ts";
import { lastSeries } from "../../../src/model/run_series.ts";
import { loadSide, withoutShared } from "../../compared_side.ts";
import { CannotSayError } from "../../errors.ts";
import type { Io } from "../../io.ts";

/** Which runs are compared. */
export interface SideChoice {
  /** As the user named it. */
  label: string;
  /** Whether the user named a run; without, the last one stands for its series. */
  isOneRun: boolean;
  /** As the user named it. */
  baseline: string | undefined;
}

/** The runs that stand for the one that is checked. */
export function checkedRuns(reader: SpanReader, { isOneRun }: SideChoice): RecordedRun[] {
  return isOneRun ? [reader.run] : lastSeries(reader.runs);
}

/**
 * Reads both sides, as far as they are of these names.
 *
 * @throws {RecordingError} when the baseline is a recording that cannot be read.
 */
export async function loadSides(
  reader: SpanReader,
  io: Io,
  { keys, choice }: { keys: readonly SpanKey[]; choice: SideChoice },
): Promise<CheckedSides | MissingSides> {
  const { label, baseline } = choice;
  if (baseline === undefined) {
    return {
      missing: "there is no baseline to compare with",
      hint: "ferret baseline save main keeps this run as one, --baseline main compares with it",
    };
  }
  try {
    const profiles = [];
    for (const run of checkedRuns(reader, choice)) {
      profiles.push(await readProfile(reader.at(run), { keys }));
    }
    const sides = withoutShared(await loadSide(baseline, io, { keys }), { label, profiles });
    return { base: sides.base, head: sides.head.profiles, notes: sides.notes };
  } catch (error) {
    // What can be judged without it still is.
    if (error instanceof CannotSayError) return { missing: error.message, hint: error.hint };
    throw error;
  }
}
