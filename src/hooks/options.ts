/**
 * Copies of a program's own objects and functions, changed in one place and
 * otherwise not to be told from the originals.
 *
 * @module
 */
import { showTextOf } from "./function_text.ts";
import { Object, Reflect } from "../runtime/intrinsics.ts";

// deno-lint-ignore no-explicit-any -- any function can stand in for any other
type AnyFunction = (this: any, ...args: any[]) => any;

/** An object like `original`, getters included, with `changes` on top. */
export function copyWith<T extends object>(original: T, changes: Record<string, unknown>): T {
  const prototype = Object.getPrototypeOf(original) as object | null;
  if (prototype !== Object.prototype && prototype !== null) return overlay(original, changes);
  const descriptors = Object.getOwnPropertyDescriptors(original) as PropertyDescriptorMap;
  for (const key of Object.keys(changes)) {
    descriptors[key] = {
      value: changes[key],
      writable: true,
      enumerable: true,
      configurable: true,
    };
  }
  return Object.create(prototype, descriptors);
}

/** The same for an instance of a class, whose private fields no copy has. */
function overlay<T extends object>(original: T, changes: Record<string, unknown>): T {
  const fixed = Object.isFrozen(original);
  return new Proxy(fixed ? Object.create(original) as T : original, {
    get(_target, key) {
      return typeof key === "string" && Object.hasOwn(changes, key)
        ? changes[key]
        : Reflect.get(original, key);
    },
  });
}

/** Gives `replacement` the name, length, text and other properties of `original`. */
export function imitate<F extends AnyFunction>(replacement: AnyFunction, original: F): F {
  const descriptors = Object.getOwnPropertyDescriptors(original) as PropertyDescriptorMap;
  // A plain function's prototype can be neither redefined nor taken away, but changed.
  const prototype: unknown = descriptors.prototype?.value;
  delete descriptors.prototype;
  try {
    if (Object.hasOwn(replacement, "prototype")) replacement.prototype = prototype;
    // Who asks whether it is async looks here.
    Object.setPrototypeOf(replacement, Object.getPrototypeOf(original) as object | null);
    Object.defineProperties(replacement, descriptors);
  } catch {
    // A property that cannot be copied is not worth the hook.
  }
  showTextOf(original, replacement);
  return replacement as F;
}
