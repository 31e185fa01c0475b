/**
 * Stands in for a function of the runtime's that is made when it is first read,
 * which for some takes 20 ms: the original is read when the program uses ours.
 *
 * @module
 */

// deno-lint-ignore no-explicit-any -- any function or class
type AnyFunction = (...args: any[]) => unknown;

/** A proxy to what `read` returns, which is asked for once. */
export function lazyFunction(
  read: () => AnyFunction,
  observe: { result(value: unknown): unknown },
): AnyFunction {
  let original: AnyFunction | undefined;
  const get = () => original ??= load();
  // A bound function can be constructed and has no property that a proxy must keep.
  const target = function () {}.bind(undefined);
  const proxy: AnyFunction = new Proxy(target, {
    apply: (_target, self, args) => observe.result(Reflect.apply(get(), self, args)),
    construct(_target, args, newTarget) {
      const made = newTarget === proxy ? get() : newTarget;
      return observe.result(Reflect.construct(get(), args, made as AnyFunction)) as object;
    },
    get: (_target, key) => Reflect.get(get(), key),
    set: (_target, key, value) => Reflect.set(get(), key, value),
    has: (_target, key) => Reflect.has(get(), key),
    deleteProperty: (_target, key) => Reflect.deleteProperty(get(), key),
    ownKeys: () => Reflect.ownKeys(get()),
    getOwnPropertyDescriptor(_target, key) {
      const descriptor = Reflect.getOwnPropertyDescriptor(get(), key);
      return descriptor && { ...descriptor, configurable: true };
    },
    defineProperty: (_target, key, descriptor) => Reflect.defineProperty(get(), key, descriptor),
    getPrototypeOf: () => Reflect.getPrototypeOf(get()),
  });
  function load(): AnyFunction {
    const loaded = read();
    const prototype = loaded.prototype as object | undefined;
    const descriptor = prototype && Object.getOwnPropertyDescriptor(prototype, "constructor");
    // Its instances are to name the class that the program knows.
    if (descriptor?.value === loaded && (descriptor.writable || descriptor.configurable)) {
      Object.defineProperty(prototype!, "constructor", { ...descriptor, value: proxy });
    }
    return loaded;
  }
  return proxy;
}
