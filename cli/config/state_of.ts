/**
 * Why a parser refuses a value, without the sentence around it: that one knows
 * nothing of files.
 *
 * @module
 */

/** `undefined` when `parse` takes the value. */
export function stateOf<T>(parse: (value: T) => unknown, value: T): string | undefined {
  try {
    parse(value);
    return undefined;
  } catch (error) {
    return stateIn(error, String(value));
  }
}

/** `Cannot read duration "5x": "x" is not one of …` is `"x" is not one of …`. */
export function stateIn(error: unknown, value: string): string {
  const { message } = error as Error;
  const quoted = `"${value}": `;
  const at = message.indexOf(quoted);
  return at < 0 ? message : message.slice(at + quoted.length);
}
