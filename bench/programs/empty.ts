/**
 * A program that does nothing: says when it got to run, as Unix time in ms.
 *
 * @module
 */
console.log(JSON.stringify({ startedAtMs: performance.timeOrigin + performance.now() }));
