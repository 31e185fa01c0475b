/**
 * Seeing what emitters of the runtime emit, in `emit` of their prototypes: no
 * listener is added, since programs count them, and it does not matter how or
 * when a program imported what it uses.
 *
 * @module
 */
import { imitate } from "./options.ts";

/** `emit` of an emitter. */
export type Emit = (this: unknown, event: string | symbol, ...args: unknown[]) => boolean;

/** An emitter, or the prototype of some. */
export interface Emitter {
  emit: Emit;
}

/** Puts what `create` makes of a prototype's `emit` in its place. */
export function replaceEmit(prototype: Emitter, create: (emit: Emit) => Emit): void {
  const { emit } = prototype;
  Object.defineProperty(prototype, "emit", {
    value: imitate(create(emit), emit),
    writable: true,
    enumerable: false,
    configurable: true,
  });
}

/** Lets `observe` see each event before the emitter's listeners do. Must not throw. */
export function observeEmit(
  prototype: Emitter,
  observe: (emitter: object, event: string | symbol, args: ArrayLike<unknown>) => void,
): void {
  replaceEmit(prototype, (emit) => {
    return function (this: unknown, event: string | symbol): boolean {
      observe(this as object, event, arguments);
      return Reflect.apply(emit, this, arguments);
    };
  });
}
