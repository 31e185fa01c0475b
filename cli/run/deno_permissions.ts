/**
 * How a Deno program's records leave it, given the permissions it was started
 * with: mapping a file needs the ffi permission, which is added only when the
 * user said nothing about it, and taken back before user code runs.
 *
 * @module
 */
import type { Transport } from "../../src/model/program_config.ts";
import type { RuntimeFlag } from "./runtime_flags.ts";

/** What to do about the ffi permission. */
export interface FfiDecision {
  transport: Transport;
  /** Flags to add to the user's. */
  flags: string[];
  /** Whether the permission is given back after mapping. */
  revokes: boolean;
}

/** Decides from the user's flags and environment; adding `--allow-ffi` to `-A` is an error in Deno. */
export function decideFfi(
  flags: readonly RuntimeFlag[],
  environment: Readonly<Record<string, string | undefined>>,
): FfiDecision {
  const has = (name: string) => flags.some((flag) => flag.name === name);
  // A permission set of deno.json may say anything, and a broker decides by itself.
  const isDecidedElsewhere = has("deny-ffi") || has("permission-set") ||
    Boolean(environment["DENO_PERMISSION_BROKER_PATH"]);
  const grants = flags.filter((flag) => flag.name === "allow-ffi");
  const isPartial = grants.some((flag) => flag.value !== undefined);
  if (isDecidedElsewhere || isPartial) return { transport: "pipe", flags: [], revokes: false };
  if (has("allow-all") || grants.length > 0) {
    return { transport: "mapped", flags: [], revokes: false };
  }
  return { transport: "mapped", flags: ["--allow-ffi"], revokes: true };
}
