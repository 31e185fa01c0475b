/**
 * Not there yet.
 *
 * @module
 */
export function showTimeline(..._args: unknown[]): Promise<Node> {
  return Promise.resolve(document.createTextNode(""));
}
