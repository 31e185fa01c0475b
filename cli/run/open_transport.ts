/**
 * Chooses between the transports.
 *
 * @module
 */
import type { Transport } from "../../src/model/program_config.ts";
import { canMapFiles } from "../../src/runtime/can_map_files.ts";
import { runtimeName } from "../../src/runtime/self.ts";
import { openMappedRing } from "./mapped_ring.ts";
import { openPipeMirror } from "./pipe_mirror.ts";
import type { RingOptions, TransportEnd } from "./transport.ts";

/** Opens the wanted transport, or the pipe where memory cannot be shared. */
export function openTransport(wanted: Transport, options: RingOptions): TransportEnd {
  if (wanted === "pipe") return openPipeMirror(options);
  if (!canMapFiles()) {
    const note = `${runtimeName()} cannot map files here: records travel through a pipe`;
    return { ...openPipeMirror(options), note };
  }
  const mapped = openMappedRing(options);
  if (mapped !== undefined) return mapped;
  const note = "there is no room for shared memory: records travel through a pipe";
  return { ...openPipeMirror(options), note };
}
