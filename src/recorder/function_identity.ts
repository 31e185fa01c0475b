/**
 * What makes a function that was put in place of another look like it, and the
 * decorators that put one in a method's place.
 *
 * @module
 */
import type { MethodDecorator } from "./tracing.ts";
import { Object, Reflect, String } from "../runtime/intrinsics.ts";

// deno-lint-ignore no-explicit-any -- any function can be wrapped
export type AnyFunction = (this: any, ...args: any[]) => any;

/** Wraps a function; the name may be computed with the `this` of the call. */
type Wrap = (
  fn: AnyFunction,
  options: { name: string | ((this: unknown) => string) },
) => AnyFunction;

/** Gives `wrapper` the name, length, prototype and properties of `fn`. */
export function dressAs<F extends AnyFunction>(wrapper: AnyFunction, fn: F): F {
  try {
    Object.setPrototypeOf(wrapper, Object.getPrototypeOf(fn));
    for (const key of Reflect.ownKeys(fn)) {
      if (key === "arguments" || key === "caller") continue;
      Object.defineProperty(wrapper, key, Object.getOwnPropertyDescriptor(fn, key)!);
    }
  } catch {
    // A frozen or exotic function: it still works, it only looks different.
  }
  return wrapper as F;
}

/**
 * A decorator for methods, of the standard kind or TypeScript's older one.
 *
 * @param name Name of the spans; by default `Class.method`.
 */
export function createMethodDecorator(wrap: Wrap, name: string | undefined): MethodDecorator {
  return (target: unknown, context: unknown, descriptor?: PropertyDescriptor): unknown => {
    if (descriptor !== undefined) {
      // TypeScript's older decorators: (prototype or class, key, descriptor).
      const ownName = name ?? methodName(target as object, String(context));
      return { ...descriptor, value: wrap(descriptor.value, { name: ownName }) };
    }
    const { name: key } = context as { name: string | symbol };
    return wrap(target as AnyFunction, { name: name ?? nameByOwner(String(key)) });
  };
}

/** `Jobs.run` for a method of the class or its prototype. */
function methodName(target: object, key: string): string {
  const owner = typeof target === "function" ? target : target.constructor;
  return `${(owner as { name: string }).name}.${key}`;
}

/** Standard decorators do not tell the class: it is looked up at the first call, by who has the method. */
function nameByOwner(key: string): (this: unknown) => string {
  let name: string | undefined;
  return function (this: unknown): string {
    if (name !== undefined) return name;
    const isStatic = typeof this === "function";
    let from = this as object | null;
    if (!isStatic && from !== null && from !== undefined) from = Object.getPrototypeOf(from);
    while (from !== null && from !== undefined && !Object.hasOwn(from, key)) {
      from = Object.getPrototypeOf(from);
    }
    name = from === null || from === undefined ? key : methodName(from, key);
    return name;
  };
}
