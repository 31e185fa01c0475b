import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { before, describe, test } from "node:test";
import type { RuntimeName } from "../../src/model/program_config.ts";
import {
  ferretCommand,
  plainCommand,
  type ProcessResult,
  ROOT,
  runProcess,
  withFolder,
} from "../helpers/processes.ts";
import { query } from "../helpers/query.ts";
import { installPrograms } from "./installed.ts";
import { COMPARED, type ComparedProgram } from "./transparency_programs.ts";

const RUNTIMES: readonly RuntimeName[] = ["deno", "bun", "node"];

/** Ferret starts quickest there; which runtime it is on makes no difference to a program. */
const FERRET_RUNTIME: RuntimeName = "bun";

let programs = "";
before(async () => {
  programs = await installPrograms();
});

describe("Programs of others", { concurrency: 2 }, () => {
  for (const runtime of RUNTIMES) {
    for (const program of COMPARED) {
      if (program.runtimes?.includes(runtime) === false) continue;
      test(`${program.name} on ${runtime} does the same under ferret`, () => {
        return compare(program, runtime);
      });
    }
  }
});

async function compare(
  program: ComparedProgram,
  runtime: RuntimeName,
): Promise<void> {
  const { files = {}, args = [], exitCode = 0 } = program;
  const both: Record<string, string> = {};
  for (const [name, text] of Object.entries(files)) {
    both[`plain/${name}`] = both[`recorded/${name}`] = text;
  }
  await withFolder(
    { ...both, "plain/.git/HEAD": "", "recorded/.git/HEAD": "" },
    async (parent) => {
      const isCopied = program.folder !== undefined;
      for (const name of isCopied ? ["plain", "recorded"] : []) {
        cpSync(join(programs, program.folder!), join(parent, name), {
          recursive: true,
        });
        symlinkSync(
          join(programs, "node_modules"),
          join(parent, name, "node_modules"),
        );
      }
      const script = isCopied ? program.script : join(programs, program.script);
      const out = join(parent, "out.duckdb");
      const flags = runtime === "deno" ? ["-A", "--no-check"] : [];
      const plainLine = plainCommand(runtime, script, { flags, args })
        .map((word) => word === `./${script}` ? script : word);
      const globs = [
        `${isCopied ? parent : programs}/{apps,recorded}/**`,
        ...program.packages.map(folderOf),
      ]
        .flatMap((glob) => ["--functions", glob]);
      const run = [
        "run",
        "--quiet",
        "--runtime",
        runtime,
        "-o",
        out,
        ...globs,
        ...flags,
      ];
      const [plain, recorded] = [
        await runIn(join(parent, "plain"), plainLine),
        await runIn(
          join(parent, "recorded"),
          ferretCommand([...run, script, ...args], FERRET_RUNTIME),
        ),
      ];
      assert.equal(plain.exitCode, exitCode, plain.stderr);
      assert.deepEqual(essence(recorded, runtime), essence(plain, runtime));
      assert.deepEqual(
        contentsOf(join(parent, "recorded")),
        contentsOf(join(parent, "plain")),
      );
      const [row] = await query(
        out,
        "SELECT count(*) FILTER (scope = 'function') AS functions FROM spans",
      );
      if (
        isCopied || program.script.startsWith("apps/") ||
        program.packages.length > 0
      ) {
        assert.ok(Number(row!["functions"]) > 0, "no function was recorded");
      }
    },
  );
}

/** Suites that come with their packages: what they check holds under ferret. */
const SUITES = [
  { name: "@fastify/error", files: ["index.test.js", "instanceof.test.js"] },
  {
    name: "@fastify/proxy-addr",
    files: ["all.test.js", "base.test.js", "compile.test.js"],
  },
  {
    name: "json-schema-ref-resolver",
    files: ["deref-schema.test.js", "get-schema.test.js"],
  },
] as const;

const TEST_COMMANDS: Record<RuntimeName, { words: string[]; passed: RegExp }> = {
  deno: {
    words: ["deno", "test", "-A", "--no-check"],
    passed: /ok \| (\d+) passed.* 0 failed/,
  },
  bun: { words: ["bun", "test"], passed: /^ *(\d+) pass\n *0 fail/m },
  node: {
    words: ["node", "--test", "--test-isolation=none", "--test-reporter=tap"],
    passed: /^# pass (\d+)\n# fail 0/m,
  },
};

describe("Test suites of others", { concurrency: 2 }, () => {
  for (const runtime of RUNTIMES) {
    for (const { name, files } of SUITES) {
      test(`The tests of ${name} pass on ${runtime} under ferret`, async () => {
        const cwd = join(programs, "node_modules", name);
        const { words, passed } = TEST_COMMANDS[runtime];
        const command = [...words, ...files.map((file) => `./test/${file}`)];
        await withFolder({}, async (folder) => {
          const out = join(folder, "out.duckdb");
          const run = [
            "run",
            "--quiet",
            "-o",
            out,
            "--functions",
            folderOf(name),
            "--",
          ];
          const plain = await runIn(cwd, command);
          const recorded = await runIn(
            cwd,
            ferretCommand([...run, ...command], FERRET_RUNTIME),
          );
          const count = ({ stdout, stderr }: ProcessResult) =>
            passed.exec(stdout + stderr)?.[1] ?? stdout + stderr;
          assert.match(count(plain), /^\d+$/);
          assert.equal(count(recorded), count(plain));
          assert.equal(recorded.exitCode, 0);
          const [row] = await query(
            out,
            "SELECT count(*) AS functions FROM spans WHERE scope = 'function'",
          );
          assert.ok(Number(row!["functions"]) > 0, "no function was recorded");
        });
      });
    }
  }
});

async function runIn(cwd: string, command: string[]): Promise<ProcessResult> {
  // Node's tests in tests would report to the outer ones.
  const result = await runProcess(command, {
    cwd,
    env: { NODE_TEST_CONTEXT: "" },
  });
  const here = (text: string) => text.replaceAll(cwd, "HERE");
  return {
    ...result,
    stdout: here(result.stdout),
    stderr: here(result.stderr),
  };
}

/** What must not differ: everything, but for what docs/differences.md says of stack traces. */
function essence(result: ProcessResult, runtime: RuntimeName): ProcessResult {
  const timeless = (text: string) =>
    withoutOwnFrames(text).replace(/\d+(\.\d+)? ?m?s\b/g, "TIME").replace(
      /\d\d:\d\d:\d\d/g,
      "TIME",
    );
  const { stdout, stderr } = result;
  return {
    ...result,
    stdout: withoutColumns(timeless(stdout)),
    stderr: runtime === "deno" ? timeless(stderr) : withoutExcerpts(timeless(stderr)),
  };
}

function withoutColumns(text: string): string {
  return text.replace(/(\.[cm]?[jt]sx?:\d+):\d+/g, "$1");
}

/** Without the frames of ferret between the runtime and a callback of the program's. */
function withoutOwnFrames(text: string): string {
  const isOwn = (line: string) =>
    line.trimStart().startsWith("at ") && line.includes(`${ROOT}src/`);
  return text.split("\n").filter((line) => !isOwn(line)).join("\n");
}

/** Without the line of code that Node and Bun show, which has the inserted text. */
function withoutExcerpts(text: string): string {
  return withoutColumns(text)
    .replace(/^(\/.*:\d+)\n.*\n *\^+\n/gm, "$1\n")
    .replace(/^\d+ \| .*\n/gm, "")
    .replace(/^ +\^\n/gm, "");
}

function folderOf(name: string): string {
  return `${programs}/node_modules/${name}/**`;
}

/** Texts of the files below a folder, by their paths. */
function contentsOf(folder: string): Record<string, string> {
  const contents: Record<string, string> = {};
  for (
    const name of readdirSync(folder, { recursive: true, encoding: "utf8" })
      .sort()
  ) {
    const path = join(folder, name);
    if (statSync(path).isFile()) {
      contents[relative(folder, path)] = readFileSync(path, "utf8");
    }
  }
  return contents;
}
