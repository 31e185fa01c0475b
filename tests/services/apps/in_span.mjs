/** Runs `fn` in a span of its own, where there is a recorder. */
export function inSpan(name, fn) {
  const profiler = globalThis[Symbol.for("ferret.profiler.1")];
  return profiler === undefined ? fn() : profiler.span(name, () => fn());
}

/** What of an error a program would look at. */
export function told(error) {
  return [
    error.constructor.name,
    error.message,
    error.code,
    Object.keys(error).join(),
  ];
}
