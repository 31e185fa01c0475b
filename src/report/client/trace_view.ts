/**
 * Not there yet.
 *
 * @module
 */
export function showTrace(..._args: unknown[]): Promise<Node> {
  return Promise.resolve(document.createTextNode(""));
}
