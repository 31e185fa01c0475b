/**
 * Attributes of spans as values.
 *
 * @module
 */

/** The attributes in a JSON text; none when it is no object. */
export function attributesOf(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? value as Record<string, unknown> : {};
  } catch {
    return {};
  }
}
