/**
 * Not there yet.
 *
 * @module
 */
export function showCompare(..._args: unknown[]): Promise<Node> {
  return Promise.resolve(document.createTextNode(""));
}
export function showCompareName(..._args: unknown[]): Promise<Node> {
  return Promise.resolve(document.createTextNode(""));
}
export function showCompareFlame(..._args: unknown[]): Promise<Node> {
  return Promise.resolve(document.createTextNode(""));
}
