/**
 * When the process of a ring's producer started, written beside its id on
 * ferret's side, so that the program pays nothing for it: should ferret die, a
 * process that got the same id later is not taken for the program.
 *
 * @module
 */
import { F_PRODUCER_START, H_PRODUCER_PID } from "../ring/layout.ts";
import type { RingMemory } from "../ring/memory.ts";
import { processIdentity } from "../runtime/process_identity.ts";

/** Completes the identity of the producer, once there is one. Cheap when it is complete. */
export function stampProducer({ i32, f64 }: RingMemory): void {
  const pid = i32[H_PRODUCER_PID]!;
  if (pid === 0 || f64[F_PRODUCER_START] !== 0) return;
  // A process that has ended already is told by an id that nobody has.
  f64[F_PRODUCER_START] = processIdentity(pid)?.startTime ?? -1;
}
