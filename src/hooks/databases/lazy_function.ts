/**
 * Stand-ins for what the runtime makes when it is first read, which for some
 * takes 20 ms: the original is asked for when the program uses ours.
 *
 * @module
 */
import { showTextOf } from "../function_text.ts";
import { imitate } from "../options.ts";
import { Map, Object, Reflect } from "../../runtime/intrinsics.ts";

// deno-lint-ignore no-explicit-any -- any function or class
type AnyFunction = (...args: any[]) => unknown;

/** Told what a function returned or a class made. @returns the same. */
export type OnResult = (value: unknown, args: readonly unknown[]) => unknown;

/** Stands in for the function or class that `read` returns, which is asked once. */
export function lazyFunction(
  read: () => AnyFunction,
  onResult: OnResult,
): AnyFunction {
  const get = once(() => {
    const original = read();
    nameClass(original);
    showTextOf(original, proxy);
    return original;
  });
  // A bound function can be constructed and has no property that a proxy must keep.
  const target = function () {}.bind(undefined);
  const proxy: AnyFunction = new Proxy<AnyFunction>(target, {
    ...forwardTo(get),
    apply: (_target, self, args) => onResult(Reflect.apply(get(), self, args), args),
    construct(_target, args, newTarget) {
      const made = newTarget === proxy ? get() : newTarget as AnyFunction;
      return onResult(Reflect.construct(get(), args, made), args) as object;
    },
  });
  /** Instances are to name the class that the program knows. */
  function nameClass(original: AnyFunction): void {
    const prototype = original.prototype as object | undefined;
    const descriptor = prototype &&
      Object.getOwnPropertyDescriptor(prototype, "constructor");
    if (descriptor?.value !== original) return;
    if (descriptor.configurable === true || descriptor.writable === true) {
      Object.defineProperty(prototype!, "constructor", {
        ...descriptor,
        value: proxy,
      });
    }
  }
  return proxy;
}

/** Stands in for the object that `read` returns, whose methods insist on being called on it. */
export function lazyObject(read: () => object): object {
  const get = once(read);
  const methods = new Map<AnyFunction, AnyFunction>();
  return new Proxy({}, {
    ...forwardTo(get),
    get(_target, key) {
      const value = Reflect.get(get(), key) as unknown;
      if (typeof value !== "function" || key === "constructor") return value;
      const method = value as AnyFunction;
      let bound = methods.get(method);
      if (bound === undefined) {
        bound = imitate(
          (...args: unknown[]) => Reflect.apply(method, get(), args),
          method,
        );
        methods.set(method, bound);
      }
      return bound;
    },
  });
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

// deno-lint-ignore no-explicit-any -- of any function or object
function forwardTo(get: () => object): ProxyHandler<any> {
  return {
    get: (_target, key) => Reflect.get(get(), key),
    set: (_target, key, value) => Reflect.set(get(), key, value),
    has: (_target, key) => Reflect.has(get(), key),
    deleteProperty: (_target, key) => Reflect.deleteProperty(get(), key),
    ownKeys: () => Reflect.ownKeys(get()),
    getOwnPropertyDescriptor(_target, key) {
      const descriptor = Reflect.getOwnPropertyDescriptor(get(), key);
      // What the target does not have must look as if it could be removed.
      return descriptor && { ...descriptor, configurable: true };
    },
    defineProperty: (_target, key, descriptor) => Reflect.defineProperty(get(), key, descriptor),
    getPrototypeOf: () => Reflect.getPrototypeOf(get()),
  };
}
