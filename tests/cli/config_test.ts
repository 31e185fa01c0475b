/** Where settings are found, how they are read, and what a mistake in them says. */
import { strict as assert } from "node:assert";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { after, test } from "node:test";
import type { LoadedConfig } from "../../cli/config/config.ts";
import { loadConfig, type LoadConfigOptions } from "../../cli/config/load_config.ts";
import { loadRunSettings } from "../../cli/config/run_settings_file.ts";
import { SECTIONS } from "../../cli/config/schema.ts";
import { UsageError } from "../../cli/errors.ts";
import { parseRunArguments } from "../../cli/run/arguments.ts";
import { RUN_OPTION_NAMES } from "../../cli/run/options.ts";
import type { RunSettings } from "../../src/model/ferret_config.ts";
import { withFolder } from "../helpers/processes.ts";

delete process.env["FERRET_CONFIG"];
after(() => void delete process.env["FERRET_CONFIG"]);

/** Files by their paths. */
function write(folder: string, files: Record<string, string | object>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(
      join(folder, path),
      typeof content === "string" ? content : JSON.stringify(content),
    );
  }
}

/** What a project with these files says in one of its folders. */
function load(
  files: Record<string, string | object>,
  { below = ".", ...options }: LoadConfigOptions & { below?: string } = {},
): Promise<{ config: LoadedConfig; file: string | undefined }> {
  return withFolder({}, async (folder) => {
    write(folder, files);
    const { config, path } = await loadConfig(join(folder, below), options);
    return { config, file: path === undefined ? undefined : basename(path) };
  });
}

async function failure(
  files: Record<string, string | object>,
  options?: LoadConfigOptions,
): Promise<{ message: string; hint: string | undefined }> {
  try {
    const { config } = await load(files, options);
    assert.fail(`accepted as ${JSON.stringify(config)}`);
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error));
    // The folder is another one every time.
    return { message: error.message.replace(/"(?:\.\.)?\/[^"\s]*\//g, '"'), hint: error.hint };
  }
}

const ALPHA = { check: { alpha: 0.02 } };

test("loadConfig() finds settings in each of the files that may have them", async () => {
  const places: Record<string, string | object> = {
    "ferret.json": ALPHA,
    "ferret.jsonc": '{ // why\n "check": { "alpha": 0.02, }, }',
    "deno.json": { imports: { ferret: "npm:ferret" }, ferret: ALPHA },
    "deno.jsonc": '{ /* "ferret" */ "ferret": {"check": {"alpha": 0.02}} }',
    "package.json": { devDependencies: { ferret: "*" }, ferret: ALPHA },
    "ferret.config.ts": "const alpha: number = 0.02;\nexport default { check: { alpha } };",
    "ferret.config.mjs": "export default { check: { alpha: 0.02 } };",
  };
  for (const [file, content] of Object.entries(places)) {
    assert.deepEqual(await load({ [file]: content }), { config: ALPHA, file }, file);
  }
});

test("loadConfig() says nothing for a project without settings", async () => {
  const nothing = { config: {}, file: undefined };
  assert.deepEqual(await load({}), nothing);
  assert.deepEqual(await load({ "package.json": { dependencies: { ferret: "*" } } }), nothing);
  assert.deepEqual(await load({ "deno.json": '{ broken "ferret"' }), nothing);
});

test("loadConfig() takes the nearest folder up to the project's root", async () => {
  const files = {
    "ferret.json": ALPHA,
    "package.json": {},
    "app/package.json": {},
    "app/src/a.ts": "",
    "lib/ferret.json": { check: { alpha: 0.03 } },
  };
  assert.deepEqual((await load(files, { below: "app/src" })).config, ALPHA);
  assert.deepEqual((await load(files, { below: "lib" })).config, { check: { alpha: 0.03 } });
  const separate = { ...files, "app/.git/HEAD": "" };
  assert.deepEqual((await load(separate, { below: "app/src" })).config, {});
});

test("loadConfig() does not look where anybody may write", async () => {
  await withFolder({}, async (folder) => {
    write(folder, { "package.json": {}, "ferret.json": ALPHA, "app/package.json": {} });
    chmodSync(folder, 0o777);
    assert.deepEqual((await loadConfig(join(folder, "app"))).config, {});
    assert.deepEqual((await loadConfig(folder)).config, ALPHA);
  });
});

test("loadConfig() refuses two places in one folder", async () => {
  const { message } = await failure({ "ferret.json": ALPHA, "package.json": { ferret: ALPHA } });
  assert.match(message, /^Cannot choose between ferret\.json and package\.json in /);
});

test("loadConfig() reads the file that is named, or none", async () => {
  const files = { "ferret.json": ALPHA, "other.json": { check: { alpha: 0.4 } } };
  assert.deepEqual((await load(files, { file: "other.json" })).config, { check: { alpha: 0.4 } });
  assert.deepEqual((await load(files, { file: false })).config, {});
  process.env["FERRET_CONFIG"] = "other.json";
  assert.deepEqual((await load(files)).config, { check: { alpha: 0.4 } });
  assert.deepEqual((await load(files, { file: "ferret.json" })).config, ALPHA);
  process.env["FERRET_CONFIG"] = "none";
  assert.deepEqual((await load(files)).config, {});
  delete process.env["FERRET_CONFIG"];
  const { message } = await failure(files, { file: "nowhere.json" });
  assert.equal(message, 'Cannot read "nowhere.json": there is no such file');
});

test("loadConfig() brings all forms of a setting into one", async () => {
  const { config } = await load({
    "ferret.json": {
      $schema: "./node_modules/ferret/ferret.schema.json",
      check: {
        thresholds: {
          "http.server:GET /users/:id": ["p(99) < 200ms", "errors < 1%"],
          "Cart.*": "self.p(95) < 5ms",
        },
        alpha: "2%",
        margin: "10%",
        maxLoss: 100,
        minSamples: 50,
        inconclusive: "fail",
      },
      ab: { maxTime: "2m", of: ["p99", "errors"], install: false, margin: 0.1 },
    },
  });
  assert.deepEqual(config, {
    check: {
      thresholds: [
        "http.server:GET /users/:id: p(99) < 200ms",
        "http.server:GET /users/:id: errors < 1%",
        "Cart.*: self.p(95) < 5ms",
      ],
      alpha: 0.02,
      margin: 0.1,
      maxLoss: "100",
      minSamples: 50,
      inconclusive: "fail",
    },
    ab: { maxTimeNs: 120e9, of: "p99,errors", install: false, margin: 0.1 },
  });
});

test("loadConfig() sees paths from the folder of the file", async () => {
  const files = {
    "package.json": {},
    "ferret.json": { run: { out: "profile/" }, check: { baseline: "old.duckdb#2" } },
    "app/a.ts": "",
  };
  const { config } = await load({ ...files, "old.duckdb": "" }, { below: "app" });
  assert.equal(config.run?.out, join("..", "profile/"));
  assert.equal(config.check?.baseline, join("..", "old.duckdb#2"));
  // A name is a name.
  assert.equal((await load(files, { below: "app" })).config.check?.baseline, "old.duckdb#2");
});

const MISTAKES: [content: string, message: RegExp, hint?: RegExp][] = [
  [
    '{"check":\n {"tresholds": []}}',
    /check\.tresholds in "ferret\.json:2:3": there is no/,
    /"thresholds"\?/,
  ],
  ['{"check": {"onReady": "x"}}', /there is no such key/, /belongs into "run"/],
  ['{"chekc": {}}', /Cannot use chekc in/, /Did you mean "check"\?/],
  [
    '{"check": {"thresholds": ["p(99) < 1ms", "p(101) < 1ms"]}}',
    /thresholds\[1\] "p\(101\) < 1ms" in "ferret\.json:1:42": .*not a percentile/,
  ],
  [
    '{"check": {"thresholds": {"a": "p(99) <"}}}',
    /thresholds\.a "p\(99\) <" in .*there is no value/,
  ],
  ['{"check": {"thresholds": {"a": "b: p(99) < 1ms"}}}', /it names its spans itself/, /list/],
  [
    '{"check": {"thresholds": {"a": ["max < 1s", 3]}}}',
    /thresholds\.a\[1\] 3 in .*expected a text/,
  ],
  [
    '{"check": {"thresholds": {"a": "max < 1s", "a": "min > 1s"}}}',
    /^Cannot read "ferret\.json:1:44": "a" is there twice$/,
  ],
  [
    '{"check": {"thresholds": {"constructor": "max < 1s"}}}',
    /thresholds\.constructor in .*cannot be a key/,
  ],
  [
    '{"check": {"alpha": 0.5}}',
    /check\.alpha 0\.5 in .*expected a share such as 0\.01 or "1%", below 0\.5/,
  ],
  ['{"check": {"alpha": "200%"}}', /expected a share/],
  [
    '{"check": {"inconclusive": "warn"}}',
    /check\.inconclusive "warn" in .*expected fail, pass, report/,
  ],
  ['{"check": {"span": ""}}', /check\.span "" in .*it is empty/],
  ['{"run": {"minDuration": "5x"}}', /run\.minDuration "5x" in .*"x" is not one of ns/],
  ['{"run": {"hook": ["http", "ftch"]}}', /run\.hook\[1\] "ftch" in .*no such hook/, /fetch/],
  ['{"run": {"labels": {"a=b": "c"}}}', /run\.labels\["a=b"\]/],
  ['{"run": {"labels": ["a"]}}', /run\.labels \[…\] in .*expected an object/],
  ['{"run": {"ringSize": 1}}', /run\.ringSize 1 in .*expected 64KiB to 1GiB/],
  ['{"ab": {"of": "p99,worst"}}', /ab\.of "p99,worst" in .*expected percentiles/],
  ['{"ab": {"maxTime": 0}}', /ab\.maxTime 0 in .*no time at all/],
  ["[]", /Cannot use \[…\] in .*expected an object/],
  ["null", /Cannot use null in .*expected an object/],
  ["", /Cannot read "ferret\.json:1:1": expected a value/],
  ['{"check": {"alpha": 0.1}\n "run": {}}', /Cannot read "ferret\.json:2:2": expected a comma/],
  ['{"__proto__": {"check": {}}}', /Cannot use __proto__ in .*no such key/],
  ["[".repeat(300_000), /Cannot read .*nested too deeply/],
];

test("loadConfig() says which setting of which line cannot be used, and why", async () => {
  for (const [content, expected, expectedHint] of MISTAKES) {
    const { message, hint } = await failure({ "ferret.json": content });
    const shown = content.slice(0, 100);
    assert.match(message, expected, shown);
    assert.doesNotMatch(message, /\n|\.$/, shown);
    if (expectedHint !== undefined) assert.match(hint ?? "", expectedHint, shown);
  }
});

test("loadConfig() says where a module fails, in one line", async () => {
  const modules: [text: string, message: RegExp][] = [
    [
      'const a: number = 1;\nthrow new Error("no\\nway");',
      /^Cannot load "ferret\.config\.ts:2:\d+": no$/,
    ],
    ["export default {\n", /^Cannot load "ferret\.config\.ts:\d+(:\d+)?": /],
    ['import "./nowhere.ts";\nexport default {};', /^Cannot load "ferret\.config\.ts.*nowhere\.ts/],
    ["throw null;", /^Cannot load "ferret\.config\.ts": null$/],
    ["export const check = {};", /exports nothing by default$/],
    [
      "export default { check: { alpha: 2n } };",
      /check\.alpha 2 in "ferret\.config\.ts": expected/,
    ],
    ["export default () => ({});", /Cannot use .* in "ferret\.config\.ts": expected an object/],
  ];
  for (const [text, expected] of modules) {
    const { message } = await failure({ "ferret.config.ts": text });
    assert.match(message, expected, text);
    assert.doesNotMatch(message, /\n/, text);
  }
});

function options(argv: string[], settings: RunSettings) {
  const request = parseRunArguments(argv, "/", { settings });
  assert.notEqual(request, "help");
  return (request as Exclude<typeof request, "help">).options;
}

test("parseRunArguments() takes what no flag says from the settings", () => {
  const settings: RunSettings = {
    out: "a.duckdb",
    runtime: "bun",
    minDuration: 0.05,
    functions: ["lib/**"],
    hook: "fetch,http",
    labels: { branch: "main", team: "a" },
    redact: "customer.*",
    duration: "30s",
    quiet: true,
  };
  const all = options(["app.ts"], settings);
  assert.equal(all.out, "a.duckdb");
  assert.equal(all.runtime, "bun");
  assert.equal(all.minDurationNs, 50_000);
  assert.equal(all.durationNs, 30e9);
  assert.deepEqual(all.hooks, ["fetch", "http"]);
  assert.deepEqual(all.redact, ["customer.*"]);
  assert.equal(all.quiet, true);
  const argv = "-ob.duckdb --no-functions --no-hook fs --label branch=dev --no-redact app.ts";
  const some = options(argv.split(" "), settings);
  assert.equal(some.out, "b.duckdb");
  assert.equal(some.recordsFunctions, false);
  assert.deepEqual(some.functions, []);
  assert.deepEqual([some.hooks, some.noHooks], [[], ["fs"]]);
  assert.deepEqual(some.labels, { branch: "dev", team: "a" });
  assert.equal(some.redact, false);
  assert.equal(some.minDurationNs, 50_000);
  const command = options(["--duration=1s", "--", "npm", "start"], settings);
  assert.equal(command.durationNs, 1e9);
  assert.deepEqual(command.functions, ["lib/**"]);
});

/** Flags that say `false` of a setting, or something of one call only. */
const WITHOUT_SETTING = ["--no-functions", "--no-redact", "--repeat", "--warmup", "--help"];

test("every flag of ferret run has a setting of its name", () => {
  const names = RUN_OPTION_NAMES.filter((name) => !WITHOUT_SETTING.includes(name))
    .map((name) => name.slice(2).replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()));
  const settings = Object.keys(SECTIONS.run.entries).map((key) => key === "labels" ? "label" : key);
  assert.deepEqual(settings.toSorted(), names.toSorted());
});

test("loadRunSettings() leaves what is wrong with the rest to others", async () => {
  await withFolder({}, async (folder) => {
    write(folder, { "ferret.json": { check: { thresholds: "nonsense" } } });
    assert.equal(await loadRunSettings(folder), undefined);
    const text = '{"run": {"sample": 0.5}, "check": {"thresholds": {"a": "?", "a": "?"}}, "x": 1}';
    for (const content of [text, `${text} // why`]) {
      write(folder, { "ferret.json": content });
      assert.deepEqual(await loadRunSettings(folder), { sample: 0.5 });
      await assert.rejects(loadConfig(folder), UsageError);
    }
    write(folder, { "ferret.json": { run: { sample: 2 } } });
    await assert.rejects(loadRunSettings(folder), /run\.sample 2 in ".*ferret\.json:1:18"/);
  });
});
