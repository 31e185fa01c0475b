// ES modules and CommonJS in one program, in a circle, with getters on exports.
import * as everything from "./modules/namespace.mjs";
import fromCommonJs, { early, late } from "./modules/circle_a.cjs";
import { createRequire } from "node:module";
import { marked } from "marked";
import { Command, InvalidArgumentError } from "commander";

const require = createRequire(import.meta.url);
console.log(
  early,
  typeof late,
  fromCommonJs === require("./modules/circle_a.cjs"),
  fromCommonJs.late(),
);
console.log(
  Object.keys(everything).join(),
  everything.lazy,
  everything.lazy,
  everything.default.name,
  everything.count,
);
everything.increase();
console.log(
  everything.count,
  Object.prototype.toString.call(everything),
  Reflect.ownKeys(everything).length,
);
try {
  everything.count = 5;
} catch (error) {
  console.log(error.constructor.name);
}
const [a, b] = await Promise.all([import("./modules/waits.mjs"), import("./modules/waits.mjs")]);
console.log(a === b, a.value, import.meta.url.endsWith("modules.mjs"), import.meta.main);
await import("./modules/throws.mjs").catch((error) => console.log(error.message));
await import("./modules/throws.mjs").catch((error) => console.log(error.message));
await import("./modules/missing.mjs").catch((error) => console.log(error.code));
const command = new Command("tool").exitOverride().configureOutput({
  writeErr: (text) => console.log(text.trim()),
});
command.option("-n, --number <n>", "a number", (text) => {
  if (Number.isNaN(Number(text))) throw new InvalidArgumentError("Not a number.");
  return Number(text);
}, 1).argument("[words...]").action((words, options) =>
  console.log(words.join("+"), options.number)
);
await command.parseAsync(["x", "y", "-n", "3"], { from: "user" });
await command.parseAsync(["-n", "z"], { from: "user" }).catch((error) => console.log(error.code));
console.log(
  marked.parse("# *Title*\n\n| a |\n|---|\n| `b` |"),
  await marked.parse("text", { async: true, walkTokens: async () => {} }),
);
