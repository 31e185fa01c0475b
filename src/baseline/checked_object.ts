/**
 * Members of JSON objects that anybody may have written, each of the type that
 * is asked for.
 *
 * @module
 */

/** The object that a text is. @throws {SyntaxError} */
export function parseObject(text: string): CheckedObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    // What is too deep for the parser is a RangeError.
    throw new SyntaxError("it is not JSON", { cause });
  }
  if (!isObject(value)) throw new SyntaxError("it is no baseline");
  return new CheckedObject(value, "");
}

/** An object, and where in its file it is. */
export class CheckedObject {
  readonly #members: Readonly<Record<string, unknown>>;
  readonly #place: string;

  constructor(members: Readonly<Record<string, unknown>>, place: string) {
    this.#members = members;
    this.#place = place;
  }

  /** The error about a member. */
  wrong(key: string): SyntaxError {
    return new SyntaxError(`its "${this.#place}${key}" is not what ferret writes there`);
  }

  text(key: string): string {
    const value = this.#member(key);
    if (typeof value !== "string") throw this.wrong(key);
    return value;
  }

  number(key: string): number {
    const value = this.#member(key);
    if (typeof value !== "number" || !Number.isFinite(value)) throw this.wrong(key);
    return value;
  }

  /** A whole number that is not negative. */
  whole(key: string): number {
    const value = this.#member(key);
    if (!isWhole(value)) throw this.wrong(key);
    return value;
  }

  /** What `read` makes of a member, `undefined` where there is none. */
  optional<T>(key: string, read: (key: string) => T): T | undefined {
    const value = this.#member(key);
    return value === undefined || value === null ? undefined : read(key);
  }

  wholes(key: string): number[] {
    const value = this.#member(key);
    if (!Array.isArray(value) || !value.every(isWhole)) throw this.wrong(key);
    return value;
  }

  texts(key: string): string[] {
    const value = this.#member(key);
    if (!Array.isArray(value) || !value.every((one) => typeof one === "string")) {
      throw this.wrong(key);
    }
    return value;
  }

  textsByName(key: string): Record<string, string> {
    const value = this.#member(key);
    if (!isObject(value) || !Object.values(value).every((one) => typeof one === "string")) {
      throw this.wrong(key);
    }
    return value as Record<string, string>;
  }

  object(key: string): CheckedObject {
    const value = this.#member(key);
    if (!isObject(value)) throw this.wrong(key);
    return new CheckedObject(value, `${this.#place}${key}.`);
  }

  objects(key: string): CheckedObject[] {
    const value = this.#member(key);
    if (!Array.isArray(value) || !value.every(isObject)) throw this.wrong(key);
    return value.map((one, i) => new CheckedObject(one, `${this.#place}${key}[${i}].`));
  }

  /** Only what the object has itself. */
  #member(key: string): unknown {
    return Object.hasOwn(this.#members, key) ? this.#members[key] : undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isWhole(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}
