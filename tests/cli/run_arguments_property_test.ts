/** `ferret run` and what follows the script: the program's, whatever it is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { UsageError } from "../../cli/errors.ts";
import { parseRunArguments } from "../../cli/run/arguments.ts";
import { checkProperty } from "../helpers/properties.ts";

/** Words that mean something to somebody on the way. */
const loaded = fc.constantFrom(
  ..."-- - -o --out=x --help -h --version --runtime deno run serve -A --allow-all --inspect".split(
    " ",
  ),
  ..."-e --eval --functions --no-functions --label a=b --sample 0.1 #1 out.duckdb#2".split(" "),
  ...["", " ", "a b", "'", '"', "\n", "$HOME", "*", "[1]", "%s", "--=", "=", "\\", "ü\u202e"],
  "--x=".padEnd(5_000, "y"),
);
const words = fc.array(fc.oneof(loaded, fc.string({ unit: "binary" })), { maxLength: 12 });
const script = fc.constantFrom("app.ts", "./a b.mjs", "src/[id].js", "ü.ts", "a'b.ts", "a\nb.ts");
const own = fc.subarray(
  [
    ["-o", "x.duckdb"],
    ["--out=y/"],
    ["--quiet"],
    ["--label", "a=b"],
    ["--sample", "0.5"],
    ["--no-functions"],
    ["--duration", "3s"],
    ["--on-ready", "curl $FERRET_URL --"],
  ],
);

for (const runtime of ["deno", "bun", "node"] as const) {
  test(`what follows the script of ${runtime} is the program's, unchanged (property)`, () => {
    checkProperty(
      fc.property(own, script, words, (options, file, args) => {
        const argv = ["--runtime", runtime, ...options.flat(), file, ...args];
        const request = parseRunArguments(argv, "/");
        assert.ok(request !== "help" && request.target.kind === "script");
        assert.equal(request.target.runtime, runtime);
        assert.equal(request.target.script, file);
        assert.deepEqual(request.target.args, args);
        assert.deepEqual(request.target.flagArguments, []);
      }),
      { numRuns: 300 },
    );
  });
}

test("what follows -- is a command, unchanged (property)", () => {
  checkProperty(
    fc.property(own, fc.string({ minLength: 1 }), words, (options, command, args) => {
      const request = parseRunArguments([...options.flat(), "--", command, ...args], "/");
      assert.ok(request !== "help");
      assert.deepEqual(request.target, { kind: "command", command, args });
    }),
    { numRuns: 300 },
  );
});

test("any arguments are understood or refused in a sentence, and none is lost (property)", () => {
  checkProperty(
    fc.property(words, (argv) => {
      let request: ReturnType<typeof parseRunArguments>;
      try {
        request = parseRunArguments(argv, "/");
      } catch (error) {
        assert.ok(error instanceof UsageError, String(error));
        assert.ok(error.message.startsWith("Cannot "), error.message);
        return;
      }
      if (request === "help") return;
      const { target } = request;
      const tail = target.kind === "script"
        ? [target.script, ...target.args]
        : ["--", target.command, ...target.args];
      assert.deepEqual(argv.slice(argv.length - tail.length), tail);
      if (target.kind === "script") {
        // The runtime's flags are in the order in which they were given.
        const before = argv.slice(0, argv.length - tail.length);
        let at = 0;
        for (const flag of target.flagArguments) {
          at = before.indexOf(flag, at) + 1;
          assert.ok(at > 0, `"${flag}" is not in its place`);
        }
      }
    }),
    { numRuns: 1_000 },
  );
});
