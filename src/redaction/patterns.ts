/**
 * What users add to the secrets that ferret knows: names as globs
 * (`customer.*`), or regular expressions for values and names of spans
 * (`/ACME-\d+/i`).
 *
 * @module
 */
import { type Glob, matchesGlob, parseGlob } from "../model/glob.ts";
import { REDACTED } from "../model/secret_names.ts";

/** Patterns that were read. */
export interface RedactionPatterns {
  names: Glob[];
  values: RegExp[];
}

/**
 * Reads patterns.
 *
 * @throws {SyntaxError} when one of them cannot be used; the message says why.
 */
export function parseRedactionPatterns(patterns: readonly string[]): RedactionPatterns {
  const parsed: RedactionPatterns = { names: [], values: [] };
  for (const pattern of patterns) {
    if (pattern.startsWith("/")) parsed.values.push(parseExpression(pattern));
    else parsed.names.push(parseNames(pattern));
  }
  return parsed;
}

/** Whether one of the globs fits the name, in whatever case. */
export function fitsAnyName(globs: readonly Glob[], name: string): boolean {
  if (globs.length === 0) return false;
  const lower = name.toLowerCase();
  return globs.some((glob) => matchesGlob(glob, lower));
}

/** The text with everything that an expression finds in it taken out. */
export function withoutMatches(expressions: readonly RegExp[], text: string): string {
  let result = text;
  for (const expression of expressions) {
    // What stands for something that was taken out is not looked at again.
    result = result.split(REDACTED).map((part) =>
      part.replace(expression, (found) => found === "" ? "" : REDACTED)
    ).join(REDACTED);
  }
  return result;
}

function parseNames(pattern: string): Glob {
  const glob = parseGlob(pattern.trim().toLowerCase());
  if (glob.every((part) => part === "")) {
    throw new SyntaxError(`Cannot redact "${pattern}": it fits every name`);
  }
  return glob;
}

function parseExpression(pattern: string): RegExp {
  const end = pattern.lastIndexOf("/");
  if (end === 0) {
    throw new SyntaxError(
      `Cannot redact "${pattern}": a regular expression ends with a slash, as in /acme-\\d+/i`,
    );
  }
  const flags = pattern.slice(end + 1);
  if (!/^[dgimsuv]*$/.test(flags)) {
    throw new SyntaxError(`Cannot redact "${pattern}": expected flags among g, i, m, s, u and v`);
  }
  let expression: RegExp;
  try {
    expression = new RegExp(pattern.slice(1, end), flags.includes("g") ? flags : `${flags}g`);
  } catch (error) {
    // Each runtime says it in its own way, some with the expression in it.
    const { message } = error as Error;
    const state = message.replace(
      /^(?:\w+: )?Invalid regular expression:\s*(?:\/.*\/\w*:\s*)?/s,
      "",
    );
    throw new SyntaxError(`Cannot redact "${pattern}": ${state}`);
  }
  if ("".replace(expression, "x") !== "") {
    throw new SyntaxError(`Cannot redact "${pattern}": it fits the empty text`);
  }
  return expression;
}
