/** What is started for a script or a command: flags, permissions, transports. */
import { strict as assert } from "node:assert";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { UsageError } from "../../cli/errors.ts";
import { parseRunArguments } from "../../cli/run/arguments.ts";
import { planCommand } from "../../cli/run/command_line.ts";
import { decideFfi } from "../../cli/run/deno_permissions.ts";
import { type LaunchPlan, planScript } from "../../cli/run/launch.ts";
import { firstNewEnough } from "../../cli/run/node_launch.ts";
import { scanFlags } from "../../cli/run/scan_flags.ts";
import { ROOT, withFolder } from "../helpers/processes.ts";

const FILES = { "app.ts": "", "task": "", "package.json": '{"scripts":{"app.ts":"true"}}' };

function decide(line: string, environment = {}) {
  const words = line.split(" ").filter((word) => word !== "");
  return decideFfi(scanFlags("deno", words).flags, environment);
}

/** Plans a command line in a folder of the repository, so that its runtimes are found. */
function inRepository<T>(
  use: (plan: (line: string) => LaunchPlan) => T,
): Promise<T> {
  return withFolder(FILES, (folder) => {
    return Promise.resolve(use((line) => {
      const [command, ...args] = line.split(" ");
      const path = `${ROOT}node_modules/.bin/${command}`;
      return planCommand({ kind: "command", command: path, args }, folder);
    }));
  });
}

function started(plan: LaunchPlan): string {
  assert.ok("argumentsWith" in plan, JSON.stringify(plan));
  return plan.argumentsWith("/pre.mjs").join(" ");
}

test("decideFfi() adds the permission only when nothing is said about it", () => {
  const added = { transport: "mapped", flags: ["--allow-ffi"], revokes: true };
  assert.deepEqual(decide(""), added);
  assert.deepEqual(decide("--allow-read --allow-net=example.com -E"), added);
  assert.deepEqual(decide("--no-prompt"), added);
});

test("decideFfi() maps and takes nothing back when the user granted everything", () => {
  const granted = { transport: "mapped", flags: [], revokes: false };
  for (const line of ["-A", "--allow-all", "--allow-ffi", "-qA"]) {
    assert.deepEqual(decide(line), granted);
  }
});

test("decideFfi() uses the pipe when the user decided otherwise", () => {
  const piped = { transport: "pipe", flags: [], revokes: false };
  for (
    const line of [
      "--deny-ffi",
      "-A --deny-ffi",
      "--allow-ffi=/lib",
      "--deny-ffi=/x --allow-ffi",
      "-P",
    ]
  ) assert.deepEqual(decide(line), piped, line);
  assert.deepEqual(decide("", { DENO_PERMISSION_BROKER_PATH: "/b" }), piped);
});

test("planCommand() puts the preload before the user's own flags", async () => {
  await inRepository((plan) => {
    const ours = "--preload=/pre.mjs --allow-ffi";
    assert.equal(started(plan("deno run -R app.ts -A")), `run ${ours} -R app.ts -A`);
    assert.equal(started(plan("deno run --odd-flag app.ts")), `run ${ours} --odd-flag app.ts`);
    assert.equal(started(plan("deno -A app.ts x")), "run --preload=/pre.mjs -A app.ts x");
    assert.equal(started(plan("deno test --filter x")), `test ${ours} --filter x`);
    assert.equal(
      started(plan("bun test --bail x.test.ts")),
      "test --preload=/pre.mjs --bail x.test.ts",
    );
    assert.equal(started(plan("bun app.ts x")), "--preload=/pre.mjs ./app.ts x");
    assert.equal(started(plan("bun run ./app.ts")), "--preload=/pre.mjs ./app.ts");
    assert.equal(
      started(plan("bun run --smol -d A:1 ./app.ts --smol")),
      "--preload=/pre.mjs --smol --define=A:1 ./app.ts --smol",
    );
  });
});

test("planCommand() gives Node the preload first and lets it read ferret's own files", async () => {
  await inRepository((plan) => {
    const ours = "--require=/pre.mjs";
    assert.equal(started(plan("node app.ts x")), `${ours} app.ts x`);
    assert.equal(started(plan("node -r ./a.cjs app.ts -e")), `${ours} -r ./a.cjs app.ts -e`);
    assert.equal(started(plan("node --odd-flag app.ts")), `${ours} --odd-flag app.ts`);
    assert.equal(started(plan("node --test")), `${ours} --test`);
    const script = (line: string) => (plan(line) as LaunchPlan).script;
    assert.equal(script("node --conditions dev app.ts x"), "app.ts");
    assert.equal(script("node --max-old-space-size=99 --no-warnings app.ts"), "app.ts");
    assert.equal(script("node -e 1 app.ts"), undefined);
    assert.equal(script("node --test app.ts"), undefined);
    const limited = plan("node --permission app.ts") as LaunchPlan;
    assert.match(
      started(limited),
      /^--require=\/pre\.mjs --allow-fs-read=\S+ .*--permission app\.ts$/,
    );
    assert.equal(limited.transport, "pipe");
  });
});

/** A program that says it is Node of some version. */
function fakeNode(version: string): string {
  return `#!/bin/sh\necho v${version}\n`;
}

test("requireNode() takes the first that is new enough, and says what is wrong with the others", async () => {
  const files = {
    "node_modules/.bin/node": fakeNode("20.20.2"),
    "other/node": fakeNode("22.14.0"),
    "new/node": fakeNode("22.15.0"),
  };
  await withFolder(files, (folder) => {
    for (const path of Object.keys(files)) chmodSync(`${folder}/${path}`, 0o755);
    const pinned = `${folder}/node_modules/.bin/node`;
    const oldMessage = `Cannot run under node: 20.20.2 in ${pinned} is too old, 22.15 is needed`;
    const found = firstNewEnough([pinned, `${folder}/other/node`, `${folder}/new/node`]);
    assert.equal(found.executable, `${folder}/new/node`);
    assert.match(
      found.note ?? "",
      /^20\.20\.2 in .* is too old to be recorded: this is 22\.15\.0$/,
    );
    assert.throws(() => firstNewEnough([pinned, `${folder}/other/node`]), { message: oldMessage });
    assert.throws(() => firstNewEnough([]), /no "node" in node_modules/);
    return Promise.resolve();
  });
});

test("planCommand() starts deno serve as deno run with the same permission", async () => {
  await inRepository((plan) => {
    const ours = "run --preload=/pre.mjs --allow-ffi";
    assert.equal(started(plan("deno serve app.ts a")), `${ours} --allow-net=:8000 app.ts a`);
    assert.equal(
      started(plan("deno serve --host=127.0.0.1 -R --port 80 app.ts --port 1")),
      `${ours} --allow-net=127.0.0.1:80 -R app.ts --port 1`,
    );
    assert.equal(started(plan("deno serve -A app.ts")), "run --preload=/pre.mjs -A app.ts");
    assert.equal(started(plan("deno serve --allow-net app.ts")), `${ours} --allow-net app.ts`);
    const served = plan("deno serve --port 0 --parallel app.ts") as LaunchPlan;
    assert.deepEqual(served.serve, { hostname: "0.0.0.0", port: 0 });
    assert.deepEqual(served.environment, { DENO_AUTO_SERVE: "1" });
    assert.match(served.notes.join(), /--parallel is left out/);
    assert.throws(() => plan("deno serve --port 65536 app.ts"), UsageError);
    assert.deepEqual((plan("deno serve --port 65535 app.ts") as LaunchPlan).serve?.port, 65_535);
  });
});

test("planCommand() leaves a command alone that starts programs by itself", async () => {
  await inRepository((plan) => {
    for (
      const line of ["deno task dev", "deno run dev", "bun run app.ts", "bun install", "tsc -v"]
    ) {
      const starter = plan(line) as LaunchPlan;
      assert.equal(starter.hasMain, false, line);
      assert.deepEqual(starter.argumentsWith("P"), line.split(" ").slice(1));
    }
  });
  assert.throws(
    () => planCommand({ kind: "command", command: "no-such-program", args: [] }, "/"),
    { message: 'Cannot run "no-such-program": no such program on the PATH' },
  );
});

const PACKAGE = {
  "node_modules/two/package.json":
    `{"version": "2.1.0", "bin": {"first": "a.js", "second": "b.js"}}`,
  "node_modules/@s/one/package.json": `{"version": "1.0.0", "bin": "cli.js"}`,
  "node_modules/two/b.js": "",
  "node_modules/@s/one/cli.js": "",
};

test("planScript() runs the program of a package that is installed", () =>
  withFolder(PACKAGE, (folder) => {
    const planned = (spec: string, runtime = "bun") => {
      const request = parseRunArguments(["--runtime", runtime, spec, "x"], folder);
      assert.ok(request !== "help" && request.target.kind === "script");
      return planScript(request.target, folder).argumentsWith("P").slice(-2);
    };
    assert.deepEqual(planned("npm:two/second"), [join(folder, "node_modules/two/b.js"), "x"]);
    assert.deepEqual(planned("npm:@s/one"), [join(folder, "node_modules/@s/one/cli.js"), "x"]);
    assert.deepEqual(planned("npm:@s/one@1.0"), [join(folder, "node_modules/@s/one/cli.js"), "x"]);
    assert.deepEqual(planned("npm:@s/one@3", "deno"), ["npm:@s/one@3", "x"]);
    assert.throws(() => planned("npm:two"), /it has no program "two"/);
    return Promise.resolve();
  }));

test("planScript() names what is missing", async () => {
  await withFolder({ "app.ts": "", "lib/x.ts": "" }, (folder) => {
    const cases: [argv: string[], message: RegExp][] = [
      [["--runtime", "deno", "none.ts"], /Cannot run "none.ts": no such file/],
      [["--runtime", "deno", "app"], /Cannot run "app": no such file/],
      [["--runtime", "node", "none.js"], /Cannot run "none.js": no such file/],
      [["--runtime", "node", "npm:"], /expected npm:<package>/],
      [["--runtime", "bun", "--smol", "npm:none"], /the package is not installed here/],
    ];
    for (const [argv, message] of cases) {
      const request = parseRunArguments(argv, folder);
      assert.ok(request !== "help" && request.target.kind === "script");
      const { target } = request;
      assert.throws(() => planScript(target, folder), { name: "UsageError", message });
    }
    return Promise.resolve();
  });
});
