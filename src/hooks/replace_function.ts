/**
 * Puts another function in the place of one of a runtime's, however the
 * property is made.
 *
 * @module
 */
import { Object, Reflect } from "../runtime/intrinsics.ts";

// deno-lint-ignore no-explicit-any -- any function can be replaced
type AnyFunction = (this: any, ...args: any[]) => any;

/**
 * Replaces `target[name]` by what `wrap` makes of it. A property with a getter
 * keeps it, so that what the runtime loads on first use is not loaded before.
 * What is not there, or no function, or fixed, stays.
 */
export function replaceFunction(
  target: object,
  name: string | symbol,
  wrap: (original: AnyFunction) => AnyFunction,
): void {
  const descriptor = Object.getOwnPropertyDescriptor(target, name);
  if (descriptor === undefined) return;
  const { value, get } = descriptor;
  if (typeof value === "function") {
    if (descriptor.configurable === true) {
      Object.defineProperty(target, name, { ...descriptor, value: wrap(value) });
    } else if (descriptor.writable === true) {
      (target as Record<string | symbol, unknown>)[name] = wrap(value);
    }
    return;
  }
  if (get === undefined || descriptor.configurable !== true) return;
  let original: unknown;
  let replacement: unknown;
  Object.defineProperty(target, name, {
    ...descriptor,
    get(this: unknown): unknown {
      const now = Reflect.apply(get, this, []) as unknown;
      if (typeof now !== "function") return now;
      if (now !== original) {
        original = now;
        replacement = wrap(now as AnyFunction);
      }
      return replacement;
    },
  });
}
