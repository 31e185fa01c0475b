/**
 * Reactions to promises that may not be what they look like: a proxy, whose
 * traps are the program's, must neither throw here nor be taken for a promise.
 *
 * @module
 */
import { Object, react } from "../runtime/intrinsics.ts";

// Kept, so that a program that replaces it does not see our reactions.
const { prototype } = Promise;

/**
 * Reacts to `value` if it is a promise of the runtime's own class.
 *
 * @returns The promise of the reaction, or undefined when `value` is no such promise.
 */
export function whenSettled(
  value: object,
  onValue: (value: unknown) => unknown,
  onError: (error: unknown) => unknown,
): Promise<unknown> | undefined {
  try {
    if (Object.getPrototypeOf(value) !== prototype || Object.hasOwn(value, "constructor")) {
      return undefined;
    }
    return react(value, onValue, onError);
  } catch {
    return undefined;
  }
}
