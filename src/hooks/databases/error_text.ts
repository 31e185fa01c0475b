/**
 * What of a database's error message may be kept: messages quote the values
 * that a query had, and the query itself.
 *
 * @module
 */

/**
 * The first line of a message, with everything from its first quote to its last
 * one replaced by `?`, and each number: quotes in a quoted value are not to end it.
 */
export function withoutValues(message: string): string {
  const end = message.search(/[\r\n]/);
  const line = end < 0 ? message : message.slice(0, end);
  const first = line.search(QUOTE);
  if (first < 0) return withoutNumbers(line);
  let last = line.length - 1;
  while (last > first && !QUOTE.test(line[last]!)) last--;
  // A quote that nothing ends hides the rest.
  const rest = last === first ? "" : line.slice(last + 1);
  return `${withoutNumbers(line.slice(0, first))}?${withoutNumbers(rest)}`;
}

const QUOTE = /["'`«»“”‘’„]/;

function withoutNumbers(text: string): string {
  return text.replace(/\d+/g, "?");
}
