/**
 * Objects of the language as they were before the program's first line. What
 * ferret does inside a program uses these, under their usual names: a program
 * that replaces a function of theirs by one that throws must not meet its error
 * in a span, and one that replaces it by an instrumented function would have
 * each call of that recorded by way of itself, without end.
 *
 * @module
 */

/** A copy of what an object holds. As cheap to call: an engine knows these functions anywhere. */
function keep<T extends object>(from: T): T {
  const kept: Record<PropertyKey, unknown> = {};
  for (const key of globalThis.Reflect.ownKeys(from)) {
    kept[key] = (from as Record<PropertyKey, unknown>)[key];
  }
  return kept as T;
}

export const Array: typeof globalThis.Array = keep(globalThis.Array);
export const Atomics: typeof globalThis.Atomics = keep(globalThis.Atomics);
export const JSON: typeof globalThis.JSON = keep(globalThis.JSON);
export const Math: typeof globalThis.Math = keep(globalThis.Math);
export const Object: typeof globalThis.Object = keep(globalThis.Object);
export const Reflect: typeof globalThis.Reflect = keep(globalThis.Reflect);

/** As functions. What they have beside that is theirs still. */
export const String: typeof globalThis.String = globalThis.String;
export const Number: typeof globalThis.Number = globalThis.Number;

/** A class whose instances find their methods before they find those of the language. */
function keepMethods<C extends { prototype: object }>(type: C): C {
  const inherited = Object.getPrototypeOf(type.prototype) as object;
  for (const key of Reflect.ownKeys(inherited)) {
    if (key === "constructor") continue;
    Object.defineProperty(type.prototype, key, Object.getOwnPropertyDescriptor(inherited, key)!);
  }
  return type;
}

export const Map: MapConstructor = keepMethods(class Map<K, V> extends globalThis.Map<K, V> {});
export type Map<K, V> = globalThis.Map<K, V>;
export const Set: SetConstructor = keepMethods(class Set<T> extends globalThis.Set<T> {});
export type Set<T> = globalThis.Set<T>;
export const WeakMap: WeakMapConstructor = keepMethods(
  class WeakMap<K extends WeakKey, V> extends globalThis.WeakMap<K, V> {},
);
export type WeakMap<K extends WeakKey, V> = globalThis.WeakMap<K, V>;
export const WeakSet: WeakSetConstructor = keepMethods(
  class WeakSet<T extends WeakKey> extends globalThis.WeakSet<T> {},
);
export type WeakSet<T extends WeakKey> = globalThis.WeakSet<T>;

const { then } = Promise.prototype;

/** Adds reactions to a promise of the language's own class. @returns the promise of what they return. */
export function react<T>(
  promise: unknown,
  onValue: (value: unknown) => T,
  onError: (error: unknown) => T,
): Promise<T> {
  return Reflect.apply(then, promise, [onValue, onError]) as Promise<T>;
}

const { prototype: text } = globalThis.String;
const { charCodeAt, slice } = text;

/** Whether texts can be asked for their characters in the usual way. */
export function hasOwnCharacters(): boolean {
  return text.charCodeAt === charCodeAt;
}

/** Part of a text. */
export function sliceText(from: string, start: number, end?: number): string {
  return Reflect.apply(slice, from, [start, end]) as string;
}
