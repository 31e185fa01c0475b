/** How `ferret run` reads its command line. */
import { strict as assert } from "node:assert";
import { test } from "node:test";
import { UsageError } from "../../cli/errors.ts";
import { parseRunArguments, type RunRequest } from "../../cli/run/arguments.ts";
import { withFolder } from "../helpers/processes.ts";

function parse(argv: string[], cwd = "/"): RunRequest {
  const request = parseRunArguments(argv, cwd);
  assert.notEqual(request, "help");
  return request as RunRequest;
}

function parseScript(argv: string[], cwd = "/") {
  const { options, target } = parse(argv, cwd);
  assert.equal(target.kind, "script");
  return { options, target: target as Extract<typeof target, { kind: "script" }> };
}

function failure(argv: string[], cwd = "/"): UsageError {
  try {
    parseRunArguments(argv, cwd);
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error));
    return error;
  }
  assert.fail(`${argv.join(" ")} was accepted`);
}

test("parseRunArguments() gives what follows the script to the program", () => {
  const { options, target } = parseScript([
    "--runtime",
    "deno",
    "app.ts",
    "-o",
    "x",
    "--",
    "--help",
  ]);
  assert.equal(target.script, "app.ts");
  assert.deepEqual(target.args, ["-o", "x", "--", "--help"]);
  assert.equal(options.out, "out.duckdb");
});

test("parseRunArguments() reads every option of ferret's", () => {
  const { options } = parseScript([
    ..."--runtime=bun -o a.duckdb --functions lib/** --functions=x --no-functions --quiet".split(
      " ",
    ),
    ..."--min-duration 50us --overflow grow --ring-size 1MiB --hook fetch,fs --no-hook=pg".split(
      " ",
    ),
    ..."--sample 10% --max-spans-per-second 5_000 --keep errors --keep slow:1s".split(" "),
    ..."--repeat 10 --warmup=2 --duration 1m30s --on-ready".split(" "),
    "curl $FERRET_URL",
    ..."--label a=b=c --redact customer.* --redact=/a+/i --report app.ts".split(" "),
  ]);
  assert.deepEqual(options, {
    out: "a.duckdb",
    runtime: "bun",
    functions: ["lib/**", "x"],
    recordsFunctions: false,
    repeat: 10,
    warmup: 2,
    minDurationNs: 50_000,
    sampleRatio: 0.1,
    maxSpansPerSecond: 5_000,
    keep: ["errors", "slow:1s"],
    durationNs: 90e9,
    onReady: "curl $FERRET_URL",
    overflow: "grow",
    ringBytes: 1024 * 1024,
    hooks: ["fetch", "fs"],
    noHooks: ["pg"],
    labels: { a: "b=c" },
    redact: ["customer.*", "/a+/i"],
    quiet: true,
    report: true,
  });
});

test("parseRunArguments() takes secrets out unless told otherwise", () => {
  assert.deepEqual(parse(["app.ts"]).options.redact, []);
  assert.equal(parse(["--no-redact", "app.ts"]).options.redact, false);
});

test("parseRunArguments() passes the runtime's flags on with their values", () => {
  const flags = [
    "-A",
    "--import-map",
    "map.json",
    "--unstable-kv",
    "-RN=example.com",
    "--lock",
    "l",
  ];
  const { target } = parseScript(["--runtime", "deno", ...flags, "app.ts", "-A"]);
  assert.deepEqual(target.flagArguments, flags);
  assert.deepEqual(target.args, ["-A"]);
  assert.deepEqual(target.flags.slice(0, 2), [
    { name: "allow-all", value: undefined },
    { name: "import-map", value: "map.json" },
  ]);
});

test("parseRunArguments() takes an optional value only when it is attached", () => {
  const { target } = parseScript(["--runtime", "deno", "--allow-net", "app.ts"]);
  assert.equal(target.script, "app.ts");
  const bun = parseScript(["--runtime", "bun", "--inspect", "app.ts"]);
  assert.equal(bun.target.script, "app.ts");
});

test("parseRunArguments() knows Node's flags, and what each takes", () => {
  const flags = [
    "--no-warnings",
    "--conditions",
    "dev",
    "-r",
    "./first.cjs",
    "--env-file=.env",
    "--max-old-space-size=512",
    "--experimental-transform-types",
    "--import",
    "tsx",
  ];
  const { target } = parseScript(["--runtime", "node", ...flags, "app.ts", "--inspect"]);
  assert.deepEqual(target.flagArguments, flags);
  assert.deepEqual([target.script, target.args], ["app.ts", ["--inspect"]]);
  const inspected = parseScript(["--runtime", "node", "--inspect", "app.ts"]);
  assert.equal(inspected.target.script, "app.ts");
  assert.match(failure(["--runtime", "node", "--smol", "app.ts"]).message, /node has this flag/);
});

test("parseRunArguments() reads the flags of the runtime that the script's folder asks for", async () => {
  const files = { "d/deno.json": "{}", "d/app.ts": "", "b/bun.lock": "", "b/app.ts": "" };
  await withFolder(files, (folder) => {
    const deno = parseScript(["--import-map", "m.json", "d/app.ts"], folder);
    assert.deepEqual([deno.target.runtime, deno.target.script], ["deno", "d/app.ts"]);
    const bun = parseScript(["--smol", "-d", "A:1", "b/app.ts"], folder);
    assert.deepEqual([bun.target.runtime, bun.target.script], ["bun", "b/app.ts"]);
    // Deno has no such flag, and the script is Deno's.
    assert.match(failure(["--smol", "d/app.ts"], folder).message, /deno has this flag/);
    assert.match(failure(["--allow-net", "b/app.ts"], folder).message, /bun has this flag/);
    return Promise.resolve();
  });
});

test("parseRunArguments() suggests the flag that was meant", () => {
  const cases: [flag: string, meant: string][] = [
    ["--alow-net", "--allow-net"],
    ["--fnctions", "--functions"],
    ["--queit", "--quiet"],
    ["--min-durration", "--min-duration"],
  ];
  for (const [flag, meant] of cases) {
    const error = failure(["--runtime", "deno", flag, "app.ts"]);
    assert.equal(error.message, `Cannot use "${flag}": neither ferret nor deno has this flag`);
    assert.equal(error.hint, `Did you mean "${meant}"?`);
  }
  const odd = failure(["--runtime=bun", "--xyzzyxyzzy", "app.ts"]);
  assert.match(odd.hint!, /ferret run -- bun run --xyzzyxyzzy/);
});

test("parseRunArguments() refuses values that mean nothing", () => {
  const cases: [argv: string[], message: RegExp][] = [
    [[], /no script was named/],
    [["--"], /no command follows/],
    [["-o"], /value is missing/],
    [["--out=", "app.ts"], /value is missing/],
    [["--quiet=1", "app.ts"], /takes no value/],
    [["--overflow", "drp", "app.ts"], /expected drop, block, grow/],
    [["--runtime", "nodejs", "app.ts"], /expected deno, bun, node/],
    [["--ring-size", "65535", "app.ts"], /expected 64KiB to 1GiB/],
    [["--ring-size", "1073741825", "app.ts"], /expected 64KiB to 1GiB/],
    [["--no-hook", "fs,htp", "app.ts"], /Cannot use --no-hook "htp": there is no such hook/],
    [["--ring-size", "big", "app.ts"], /Cannot parse size "big"/],
    [["--min-duration", "fast", "app.ts"], /fast/],
    [["--label", "key", "app.ts"], /expected key=value/],
    [["--redact", "*", "app.ts"], /Cannot redact "\*": it fits every name/],
    [["--redact", "/a", "app.ts"], /a regular expression ends with a slash/],
    [["--redact", "/a/z", "app.ts"], /expected flags among/],
    [["--redact", "/(/", "app.ts"], /Cannot redact "\/\(\/": \S/],
    [["--redact", "a", "--no-redact", "app.ts"], /--redact and --no-redact together/],
    [["--no-redact", "--redact", "a", "app.ts"], /--redact and --no-redact together/],
    [["--no-redact=1", "app.ts"], /takes no value/],
    [["--sample", "2", "app.ts"], /expected a share from 0 to 1/],
    [["--sample", "-0.1", "app.ts"], /expected a share from 0 to 1/],
    [["--sample", "150%", "app.ts"], /expected a share from 0 to 1/],
    [["--max-spans-per-second", "0", "app.ts"], /expected a whole number above 0/],
    [["--max-spans-per-second", "1e3", "app.ts"], /expected a whole number above 0/],
    [["--keep", "slow", "app.ts"], /expected errors, slow:<time> and name:<selector>/],
    [["--keep", "slow:long", "app.ts"], /long/],
    [["--duration", "0s", "app.ts"], /no time at all/],
    [["--duration", "soon", "app.ts"], /soon/],
    [["--on-ready", "", "app.ts"], /its value is missing/],
    [["--runtime", "deno", "-A", "--", "deno", "run", "app.ts"], /belongs into the command/],
  ];
  for (const [argv, message] of cases) assert.match(failure(argv).message, message);
});

test("parseRunArguments() takes the smallest and the largest ring", () => {
  for (const [text, bytes] of [["64KiB", 65_536], ["1GiB", 1024 ** 3]] as const) {
    assert.equal(parseScript(["--ring-size", text, "app.ts"]).options.ringBytes, bytes);
  }
});

test("parseRunArguments() leaves everything after -- as it is", () => {
  const { options, target } = parse([
    "--quiet",
    "--",
    "deno",
    "run",
    "--odd-flag",
    "app.ts",
    "--",
    "x",
  ]);
  assert.equal(options.quiet, true);
  assert.deepEqual(target, {
    kind: "command",
    command: "deno",
    args: ["run", "--odd-flag", "app.ts", "--", "x"],
  });
});

test("parseRunArguments() sees --help before the script only", () => {
  assert.equal(parseRunArguments(["--help"], "/"), "help");
  assert.equal(parseRunArguments(["--quiet", "-h", "app.ts"], "/"), "help");
  assert.deepEqual(parseScript(["--runtime", "deno", "app.ts", "--help"]).target.args, ["--help"]);
});
