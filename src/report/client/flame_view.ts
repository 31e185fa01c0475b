/**
 * Not there yet.
 *
 * @module
 */
export function showFlame(..._args: unknown[]): Promise<Node> {
  return Promise.resolve(document.createTextNode(""));
}
