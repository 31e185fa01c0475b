// SES freezes every intrinsic, complains about those it does not know, and evaluates code of its own.
import "ses";

lockdown({
  errorTaming: "unsafe",
  consoleTaming: "unsafe",
  overrideTaming: "severe",
  reporting: "console",
});
const compartment = new Compartment({
  globals: { double: (x) => x * 2, console },
  __options__: true,
});
console.log(compartment.evaluate("double(21) + (() => [1, 2].map((x) => x).length)()"));
console.log(compartment.evaluate("typeof process + typeof fetch + typeof globalThis.__ferret__"));
const add = harden((a, b) => a + b);
console.log(add(1, 2), Object.isFrozen(add), Object.isFrozen(Function.prototype), add.toString());
try {
  Array.prototype.map = 1;
} catch (error) {
  console.log(error.constructor.name);
}
const seen = [];
for await (
  const value of (async function* () {
    yield* [1, 2];
    await null;
    yield 3;
  })()
) seen.push(value);
console.log(seen.join());
