/**
 * Takes secrets out of everything that goes into a recording. It is used where
 * records are decoded, never in the program; what it has taken out it does not
 * touch again, so that a text may go through it twice.
 *
 * @module
 */
import { ORDINARY, REDACTED, type Secrecy, secrecyOf, SECRET } from "../model/secret_names.ts";
import { withoutSecretValues } from "./pairs.ts";
import {
  fitsAnyName,
  parseRedactionPatterns,
  type RedactionPatterns,
  withoutMatches,
} from "./patterns.ts";
import { mayTextHoldSecret } from "./prefilter.ts";
import { withoutCommandSecrets, withoutSecretArguments } from "./programs.ts";
import { withoutTokens } from "./tokens.ts";
import { withoutCredentials } from "./urls.ts";

/** Patterns beside what is known; false: nothing is taken out. */
export type RedactionSetting = readonly string[] | false;

/** Names whose secrecy is remembered. */
const MAX_NAMES = 4096;
/** Deeper JSON is looked at as text. */
const MAX_DEPTH = 64;

export class Redactor {
  readonly isOn: boolean;
  /** Texts that pass the filter hold no secret. Not so with patterns of the user's. */
  readonly canFilter: boolean;
  /** Texts and values in which something is missing. */
  count = 0;
  readonly #patterns: RedactionPatterns;
  readonly #secrecies = new Map<string, Secrecy>();

  /** @throws {SyntaxError} when a pattern cannot be used. */
  constructor(setting: RedactionSetting = []) {
    this.isOn = setting !== false;
    this.#patterns = parseRedactionPatterns(setting === false ? [] : setting);
    this.canFilter = this.#patterns.names.length === 0 && this.#patterns.values.length === 0;
  }

  /** How secret what is under this name is. */
  readonly secrecyOf = (name: string): Secrecy => {
    if (!this.isOn) return ORDINARY;
    let secrecy = this.#secrecies.get(name);
    if (secrecy === undefined) {
      secrecy = fitsAnyName(this.#patterns.names, name) ? SECRET : secrecyOf(name);
      if (this.#secrecies.size < MAX_NAMES) this.#secrecies.set(name, secrecy);
    }
    return secrecy;
  };

  /** A text without its secrets. */
  text(text: string): string {
    if (!this.isOn || this.canFilter && !mayTextHoldSecret(text)) return text;
    const redacted = this.#jsonText(text) ?? this.#plainText(text);
    if (redacted.includes(REDACTED)) this.count++;
    return redacted;
  }

  /** Attributes in JSON as they are shared by spans: what stands between its braces. */
  members(text: string): string {
    if (!this.isOn || this.canFilter && !mayTextHoldSecret(text)) return text;
    const redacted = this.#parsed(`{${text}}`, "");
    if (redacted === undefined) return this.text(text);
    if (redacted.includes(REDACTED)) this.count++;
    return redacted.slice(1, -1);
  }

  /** JSON without its secrets; anything else as a text. */
  json(text: string, key: string): string {
    if (!this.isOn || this.canFilter && !mayTextHoldSecret(text)) return text;
    const redacted = this.#parsed(text, key) ?? JSON.stringify(this.#plainText(text));
    if (redacted.includes(REDACTED)) this.count++;
    return redacted;
  }

  /** The value under a name of its own. */
  value(name: string, text: string): string {
    if (this.secrecyOf(name) === ORDINARY) return this.text(text);
    this.count++;
    return REDACTED;
  }

  /** The arguments of a command. */
  arguments(command: string, args: readonly string[]): string[] {
    if (!this.isOn) return [...args];
    return withoutSecretArguments(command, args, {
      secrecyOf: this.secrecyOf,
      redact: (text) => this.text(text),
    });
  }

  #plainText(text: string): string {
    let result = withoutMatches(this.#patterns.values, text);
    result = withoutCredentials(withoutTokens(result));
    result = withoutSecretValues(result, this.secrecyOf);
    return withoutCommandSecrets(result, this.secrecyOf);
  }

  /** A text that is JSON, as people put objects into attributes. */
  #jsonText(text: string): string | undefined {
    const first = text.charCodeAt(0);
    const isLikely = first === 0x7b /* { */ || first === 0x5b /* [ */;
    return isLikely ? this.#parsed(text, "") : undefined;
  }

  /** The same JSON without its secrets, unchanged if it has none; undefined: it is none. */
  #parsed(text: string, key: string): string | undefined {
    try {
      const value = JSON.parse(text) as unknown;
      const redacted = this.#walk(value, { key, path: key, depth: 0 });
      return redacted === value ? text : JSON.stringify(redacted);
    } catch {
      // No JSON, or too deep.
      return undefined;
    }
  }

  /** @returns `value` itself when nothing in it is secret. */
  #walk(value: unknown, at: { key: string; path: string; depth: number }): unknown {
    if (typeof value === "string") {
      const redacted = this.#plainOrJson(value, at.depth);
      return redacted === value ? value : redacted;
    }
    if (typeof value !== "object" || value === null) return value;
    if (at.depth >= MAX_DEPTH) throw new RangeError("too deep");
    const depth = at.depth + 1;
    let isChanged = false;
    const entries: [string, unknown][] = Object.entries(value).map(([key, part]) => {
      const name = Array.isArray(value) ? at.key : key;
      const path = Array.isArray(value) || at.path === "" ? name : `${at.path}.${key}`;
      const redacted = this.#isSecretValue(at.key, name, path, part)
        ? REDACTED
        : this.#walk(part, { key: name, path, depth });
      const newKey = this.#plainText(key);
      isChanged ||= redacted !== part || newKey !== key;
      return [newKey, redacted];
    });
    if (!isChanged) return value;
    if (Array.isArray(value)) return entries.map(([, part]) => part);
    // A member called `__proto__` stays a member.
    return Object.fromEntries(entries);
  }

  #isSecretValue(parent: string, name: string, path: string, value: unknown): boolean {
    if (typeof value === "boolean" || value === null || value === "" || value === REDACTED) {
      return false;
    }
    // `{ api: { key } }` is `api.key`.
    const secrecy = Math.max(
      this.secrecyOf(name),
      parent === "" ? ORDINARY : this.secrecyOf(`${parent}.${name}`),
      this.#patterns.names.length === 0 ? ORDINARY : this.secrecyOf(path),
    );
    return secrecy === SECRET || secrecy !== ORDINARY && typeof value === "string";
  }

  #plainOrJson(text: string, depth: number): string {
    if (this.canFilter && !mayTextHoldSecret(text)) return text;
    // JSON in JSON, once.
    const inner = depth <= 1 ? this.#jsonText(text) : undefined;
    return inner ?? this.#plainText(text);
  }
}
