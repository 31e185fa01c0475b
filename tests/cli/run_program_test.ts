/**
 * A program under `ferret run` behaves as it does without: output, exit code,
 * arguments, environment, permissions. ferret runs on the runtime of the tests.
 */
import { strict as assert } from "node:assert";
import { test } from "node:test";
import type { RuntimeName } from "../../src/model/program_config.ts";
import {
  ferretCommand,
  plainCommand,
  programRuntimes,
  runProcess,
  withFolder,
} from "../helpers/processes.ts";

const PROGRAMS: Record<string, string> = {
  "throw.ts": "function inner(n: number) {\n  throw new TypeError(`boom ${n}`);\n}\n\ninner(1);\n",
  "syntax.ts": "const x: = ;\n",
  "exit.ts": 'import process from "node:process";\nconsole.log("bye");\nprocess.exit(5);\n',
  "kill.ts": 'import process from "node:process";\nprocess.kill(process.pid, "SIGKILL");\n',
  "state.ts": `import process from "node:process";
const { argv, execArgv } = process;
const env = Object.entries(process.env).sort();
console.log(JSON.stringify({ argv, execArgv, cwd: process.cwd(), main: import.meta.main }));
console.log(JSON.stringify({ env, url: import.meta.url }));
console.log(JSON.stringify(Object.keys(globalThis).sort()));
`,
};

/** Programs whose errors go through recorded functions. */
const FAILURES: Record<string, string> = {
  "throw.ts": "function inner(n: number) {\n  throw new TypeError(`boom ${n}`);\n}\n\ninner(1);\n",
  "reject.ts":
    "async function fail() {\n  await null;\n  throw new Error('no');\n}\nvoid fail();\n",
  "later.ts": "console.log('soon');\nsetTimeout(() => {\n  throw new Error('later');\n}, 5);\n",
};

const DENO_ONLY: Record<string, string> = {
  "deno_exit.ts": "Deno.exit(6);\n",
};

/**
 * Bun and Node read no source map from a loader: of functions that are recorded,
 * columns move within their line, and the mark under it with them. Node shows
 * the line as it was compiled.
 */
function withoutColumns(text: string): string {
  const excerpt = /__ferret__\.t\(__ferret_s,(.*)\);$/gm;
  return text.replace(/^ *\^\n/gm, "").replace(/(:\d+):\d+/g, "$1").replace(excerpt, "$1;");
}

/**
 * A timer's callback is called by one or two functions of ferret's: catching its
 * errors instead would show them where they are thrown again.
 */
function withoutTimerFrames(text: string): string {
  return text.replace(/^.*\/src\/hooks\/timers\.ts.*\n/gm, "")
    .replace(/Timeout\.(_onTimeout|<anonymous>)/g, "Timeout");
}

/** Runs a script plainly and under ferret and compares all that can be seen. */
async function assertSame(
  runtime: RuntimeName,
  script: string,
  options: {
    folder: string;
    flags?: string[];
    args?: string[];
    recordsFunctions?: boolean;
    /** Runtime of ferret itself. Default the one of the tests. */
    ferretOn?: RuntimeName;
  },
): Promise<void> {
  const { folder, flags = [], args = [] } = options;
  const env = { FERRET_TEST: "a b\nc" };
  const out = `${folder}/out.duckdb`;
  const ferret = [
    "run",
    ...(options.recordsFunctions === true ? [] : ["--no-functions"]),
    "--quiet",
    "-o",
    out,
    "--runtime",
    runtime,
    ...flags,
    script,
    ...args,
  ];
  const [plain, recorded] = await Promise.all([
    runProcess(plainCommand(runtime, script, options), { cwd: folder, env }),
    runProcess(ferretCommand(ferret, options.ferretOn), { cwd: folder, env }),
  ]);
  assert.equal(recorded.stdout, plain.stdout, `${runtime} ${script}`);
  const look = (text: string) => {
    const frames = withoutTimerFrames(text);
    const hasColumns = runtime === "deno" || options.recordsFunctions !== true;
    return hasColumns ? frames : withoutColumns(frames);
  };
  assert.equal(look(recorded.stderr), look(plain.stderr), `${runtime} ${script}`);
  // What a shell shows for a signal.
  const expected = plain.exitCode ?? (plain.signal === "SIGKILL" ? 137 : -1);
  assert.equal(recorded.exitCode, expected, `${runtime} ${script}`);
}

for (const runtime of programRuntimes()) {
  test(`ferret run keeps output, errors and exit codes of ${runtime} programs`, async () => {
    const programs = { ...PROGRAMS, ...(runtime === "deno" ? DENO_ONLY : {}) };
    await withFolder(programs, async (folder) => {
      const flags = runtime === "deno" ? ["-A"] : [];
      for (const script of Object.keys(programs)) {
        await assertSame(runtime, script, { folder, flags, args: ["a b", "--help", "--", "-o"] });
      }
    });
  });

  test(`ferret run keeps them when the functions of ${runtime} programs are recorded`, async () => {
    await withFolder(FAILURES, async (folder) => {
      const flags = runtime === "deno" ? ["-A"] : [];
      for (const script of Object.keys(FAILURES)) {
        await assertSame(runtime, script, { folder, flags, recordsFunctions: true });
      }
    });
  });

  test(`ferret run passes stdin and much stdout through for ${runtime} programs`, async () => {
    const source = `import process from "node:process";
let bytes = 0;
for await (const chunk of process.stdin) bytes += chunk.length;
for (let i = 0; i < 40; i++) console.log(String(i % 10).repeat(100_000));
console.error(bytes);
`;
    await withFolder({ "io.ts": source }, async (folder) => {
      const flags = runtime === "deno" ? ["-A"] : [];
      const args = ["run", "--quiet", "--runtime", runtime, ...flags, "io.ts"];
      const input = "x".repeat(1_000_000);
      const result = await runProcess(ferretCommand(args), { cwd: folder, input });
      assert.equal(result.stdout.length, 40 * 100_001);
      assert.equal(result.stderr, "1000000\n");
      assert.equal(result.exitCode, 0);
    });
  });
}

const PERMISSIONS = `const tries: [string, () => unknown][] = [
  ["read", () => Deno.readTextFileSync("/etc/hostname")],
  ["env", () => Deno.env.get("HOME")],
  ["ffi", () => Deno.dlopen("libc.so.6", {})],
  ["run", () => new Deno.Command("true").outputSync().success],
  ["net", () => Deno.listen({ port: 0 }).close()],
];
for (const [name, attempt] of tries) {
  const { state } = Deno.permissions.querySync({ name } as Deno.PermissionDescriptor);
  try {
    attempt();
    console.log(name, state, "allowed");
  } catch (error) {
    console.log(name, state, (error as Error).message);
  }
}
`;

test("ferret run gives a Deno program no permission that it had not", async () => {
  await withFolder({ "permissions.ts": PERMISSIONS }, async (folder) => {
    const cases = [[], ["-A"], ["-RE", "--deny-ffi"], ["--allow-ffi=/lib"]];
    for (const flags of cases) await assertSame("deno", "permissions.ts", { folder, flags });
  });
});

test("ferret run uses the permissions of deno.json as Deno does", async () => {
  const config = JSON.stringify({ permissions: { default: { read: true }, more: { ffi: true } } });
  await withFolder({ "permissions.ts": PERMISSIONS, "deno.json": config }, async (folder) => {
    for (const flags of [["-P"], ["-P=more"]]) {
      await assertSame("deno", "permissions.ts", { folder, flags });
    }
  });
});

test("ferret run on Bun passes on no .env file that it has read itself", async () => {
  const files = { ".env": "SHARED=dotenv\n", "show.ts": 'console.log(Deno.env.get("SHARED"));\n' };
  await withFolder(files, async (folder) => {
    await assertSame("deno", "show.ts", { folder, flags: ["-A"], ferretOn: "bun" });
  });
});

test("ferret run keeps .env files and bunfig.toml as they are for a Bun program", async () => {
  const files = {
    ".env": "FROM_DOTENV=1\nSHARED=dotenv\n",
    "own.env": "SHARED=own\n",
    "bunfig.toml": 'preload = ["./first.ts"]\n',
    "first.ts": 'console.log("first");\n',
    "show.ts":
      'console.log(process.env["FROM_DOTENV"], process.env["SHARED"], process.execArgv);\n',
  };
  await withFolder(files, async (folder) => {
    // A ferret on Bun would itself run the preload of this folder's bunfig.toml.
    const ferretOn = "node";
    await assertSame("bun", "show.ts", { folder, ferretOn });
    const flags = ["--smol", "--env-file=own.env"];
    await assertSame("bun", "show.ts", { folder, ferretOn, flags });
  });
});

test("ferret run does not reach into the children that a Bun program forks", async () => {
  const source = `import { fork } from "node:child_process";
console.log(process.argv[2] ?? "parent", process.execArgv.length);
if (process.argv[2] === undefined) fork("./fork.ts", ["child"]);
`;
  await withFolder({ "fork.ts": source }, async (folder) => {
    await assertSame("bun", "fork.ts", { folder });
  });
});
