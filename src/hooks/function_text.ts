/**
 * `Function.prototype.toString` says what it would say without ferret: of a
 * function that stands in for another the text of that one, of an instrumented
 * one what its author wrote.
 *
 * Programs read names of parameters from it, tell the runtime's functions from
 * others by it, and send functions elsewhere, where nobody knows the tracer.
 *
 * @module
 */
import { Object, WeakMap } from "../runtime/intrinsics.ts";

// deno-lint-ignore no-explicit-any -- any function has a text
type AnyFunction = (...args: any[]) => unknown;

/** Gives the text that the author of a function wrote, when another was inserted into it. */
export type OriginalText = (text: string) => string;

const originals = new WeakMap<AnyFunction, AnyFunction>();
let originalText: OriginalText | undefined;
let isPatched = false;

/** Lets `replacement` have the text of `original`. */
export function showTextOf(original: AnyFunction, replacement: AnyFunction): void {
  patchToString();
  originals.set(replacement, originals.get(original) ?? original);
}

/** Lets all functions have the text that `original` gives. */
export function showOriginalText(original: OriginalText): void {
  originalText = original;
  patchToString();
}

function patchToString(): void {
  if (isPatched) return;
  isPatched = true;
  const native = Function.prototype.toString;
  const { apply } = Reflect;
  // A method, like the original: no constructor, and without a prototype.
  const { toString } = {
    toString(this: AnyFunction): string {
      const text = apply(native, originals.get(this) ?? this, []) as string;
      try {
        return originalText === undefined ? text : originalText(text);
      } catch {
        return text;
      }
    },
  };
  originals.set(toString, native);
  const descriptor = Object.getOwnPropertyDescriptor(Function.prototype, "toString")!;
  Object.defineProperty(Function.prototype, "toString", { ...descriptor, value: toString });
}
