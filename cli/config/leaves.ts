/**
 * The kinds of values that settings have. What the command line can parse is
 * parsed by the same functions: what a flag takes, its setting takes too.
 *
 * @module
 */
import * as v from "valibot";
import { parseDuration } from "../../src/model/duration.ts";
import { stateOf } from "./state_of.ts";

/** Examples for editors. */
type Examples = readonly unknown[];

/** Roughly a duration, for editors: ferret says more. */
const DURATION = /^\s*(\d*\.?\d+|(\d+\.?\d*|\.\d+)\s?(ns|us|µs|μs|ms|s|m|h)\s?.*)\s*$/u;
/** A share, or how many. */
export const SHARE = /^\s*(\d+(\.\d*)?|\.\d+)\s*%?\s*$/;

/** The schema with what editors show of it. */
export function describe<S extends v.GenericSchema>(
  schema: S,
  description: string,
  examples: Examples = [],
) {
  const metadata = examples.length === 0 ? { description } : { description, examples };
  return v.pipe(schema, v.metadata(metadata));
}

/** A text that `parse` takes. */
export function text(
  description: string,
  examples: Examples,
  parse: (text: string) => unknown = () => undefined,
) {
  return describe(
    v.pipe(v.string("expected a text"), v.nonEmpty("it is empty"), parsedBy(parse)),
    description,
    examples,
  );
}

/** One text or several. */
export function list(description: string, examples: Examples) {
  return describe(
    v.union([nonEmpty(), v.array(nonEmpty())], "expected a text or a list of texts"),
    description,
    examples,
  );
}

/** One text or several, or none of it. */
export function listOrFalse(description: string, examples: Examples) {
  return describe(
    v.union(
      [nonEmpty(), v.array(nonEmpty()), v.literal(false)],
      "expected a text, a list of texts, or false",
    ),
    description,
    examples,
  );
}

export function oneOf<const T extends readonly string[]>(values: T, description: string) {
  return describe(v.picklist(values, `expected ${values.join(", ")}`), description);
}

/** Milliseconds, or a text with units. */
export function duration(description: string, examples: Examples) {
  const parse = (value: string) => void parseDuration(value);
  return describe(
    v.union([
      v.pipe(v.string(), v.regex(DURATION, stateFrom(parse)), parsedBy(parse)),
      v.pipe(v.number(), v.minValue(0, "it is negative"), v.maxValue(1e12, "it is too long")),
    ], 'expected a duration such as "250us" or a number of milliseconds'),
    description,
    examples,
  );
}

/** Settings of {@linkcode share}. */
export interface ShareLimits {
  /** It is more than 0 and less than this. Default: it is 0 to 1. */
  below?: number;
}

/** A part of 1, as a number or in percent. */
export function share(
  description: string,
  examples: Examples,
  { below }: ShareLimits = {},
) {
  const expected = below === undefined ? SHARE_EXPECTED : `${SHARE_EXPECTED}, below ${below}`;
  const parse = (value: string | number) => {
    const part = shareOf(value);
    if (below === undefined ? part >= 0 && part <= 1 : part > 0 && part < below) return;
    throw new SyntaxError(expected);
  };
  const inside = below === undefined
    ? v.pipe(v.number(), v.minValue(0, expected), v.maxValue(1, expected))
    : v.pipe(v.number(), v.gtValue(0, expected), v.ltValue(below, expected));
  return describe(
    v.union(
      [v.pipe(v.string(), v.regex(SHARE, expected), parsedBy(parse)), inside],
      expected,
    ),
    description,
    examples,
  );
}

const SHARE_EXPECTED = 'expected a share such as 0.01 or "1%"';

/** `"1%"` and `0.01` are 0.01. NaN when it is no share. */
export function shareOf(value: string | number): number {
  if (typeof value === "number") return value;
  if (!SHARE.test(value)) return NaN;
  return parseFloat(value) / (value.includes("%") ? 100 : 1);
}

/** A whole number. */
export function whole(
  description: string,
  { least, examples }: { least: number; examples: Examples },
) {
  const expected = `expected a whole number ${least === 0 ? "" : "above 0"}`.trim();
  return describe(
    v.pipe(v.number(expected), v.safeInteger(expected), v.minValue(least, expected)),
    description,
    examples,
  );
}

/** A text that says something. */
export function nonEmpty() {
  return v.pipe(v.string("expected a text"), v.nonEmpty("it is empty"));
}

/** What the parser refuses is refused for the parser's reason. */
function parsedBy(parse: (text: string) => unknown) {
  return v.check<string, (issue: v.CheckIssue<string>) => string>(
    (value) => stateOf(parse, value) === undefined,
    stateFrom(parse),
  );
}

function stateFrom(parse: (text: string) => unknown): (issue: { input: string }) => string {
  return ({ input }) => stateOf(parse, input) ?? "it cannot be used";
}
