/** What `ferret run` leaves behind: the recording, the summary, and nothing else. */
import { strict as assert } from "node:assert";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import type { RuntimeName } from "../../src/model/program_config.ts";
import {
  ferretCommand,
  type ProcessOptions,
  type ProcessResult,
  programRuntimes,
  ROOT,
  runProcess,
  withFolder,
} from "../helpers/processes.ts";
import { query } from "../helpers/query.ts";

const PROFILER = JSON.stringify(pathToFileURL(join(ROOT, "mod.ts")).href);

/** Makes as many spans as it is told. */
const SPANS = `import process from "node:process";
import { profiler } from ${PROFILER};
const count = Number(process.argv[2]);
for (let i = 0; i < count; i++) profiler.span("work", () => i);
console.log("made", count);
process.exitCode = 4;
`;

/** Makes spans, opens one more, says who it is and never comes back. */
const STUCK = `import process from "node:process";
import { profiler } from ${PROFILER};
for (let i = 0; i < 5_000; i++) profiler.span("work", () => i);
profiler.span("stuck", () => {
  console.log(process.pid);
  const end = Date.now() + 60_000;
  while (Date.now() < end);
});
`;

function ferretRun(
  folder: string,
  args: string[],
  options: ProcessOptions & { runtime: RuntimeName },
): Promise<ProcessResult> {
  const flags = options.runtime === "deno" && !args.includes("--deny-ffi") ? ["-A"] : [];
  const line = ["run", "--no-functions", "--runtime", options.runtime, ...flags, ...args];
  return runProcess(ferretCommand(line), { ...options, cwd: folder });
}

/** Sends SIGKILL to the process whose id the program prints. */
function killPrinted(stdout: string): void {
  const pid = /^(\d+)\n/.exec(stdout)?.[1];
  if (pid !== undefined) process.kill(Number(pid), "SIGKILL");
}

const LEDGER = "SELECT issued, stored, unfinished, transport, exit_code, signal, status FROM runs";

for (const runtime of programRuntimes()) {
  test(`ferret run records a ${runtime} program and what is known about the run`, async () => {
    await withFolder({ "app.ts": SPANS, "package.json": '{"type":"module"}' }, async (folder) => {
      const options = ["--label", "a=1", "--label", "b=x y"];
      const first = await ferretRun(folder, [...options, "app.ts", "100"], { runtime });
      assert.equal(first.stdout, "made 100\n");
      assert.equal(first.exitCode, 4);
      assert.match(
        first.stderr,
        /^ferret: 100 spans in \d+(\.\d+)? m?s, exit code 4, nothing lost\nferret: out\.duckdb \(run 1, [\d.]+ [KM]iB\), .*ferret report\n$/,
      );
      const second = await ferretRun(folder, ["--quiet", "app.ts", "20"], { runtime });
      assert.equal(second.stderr, "");
      const recording = join(folder, "out.duckdb");
      const spans = await query(
        recording,
        "SELECT n, s.name, count(*) AS c FROM spans s JOIN runs USING (run_id) GROUP BY ALL ORDER BY n",
      );
      assert.deepEqual(spans, [{ n: 1, name: "work", c: 100 }, { n: 2, name: "work", c: 20 }]);
      const [run] = await query(
        recording,
        `SELECT status, command, args, cwd, runtime, runtime_version, labels, exit_code, signal, transport,
           issued, stored, unfinished, started_at <= ended_at AS ordered FROM runs WHERE n = 1`,
      );
      assert.match(String(run!["runtime_version"]), /^\d+\.\d+\.\d+/);
      assert.deepEqual({ ...run, runtime_version: "", cwd: "" }, {
        status: "complete",
        command: "app.ts",
        args: '["100"]',
        cwd: "",
        runtime,
        runtime_version: "",
        labels: '{"a":"1","b":"x y"}',
        exit_code: 4,
        signal: null,
        transport: "mapped",
        issued: 100,
        stored: 100,
        unfinished: 0,
        ordered: true,
      });
      assert.deepEqual(readdirSync(folder).sort(), ["app.ts", "out.duckdb", "package.json"]);
    });
  });

  test(`ferret run keeps everything of a ${runtime} program that is killed in a loop`, async () => {
    await withFolder({ "app.ts": STUCK }, async (folder) => {
      const result = await ferretRun(folder, ["app.ts"], { runtime, onOutput: killPrinted });
      assert.equal(result.exitCode, 137);
      assert.match(
        result.stderr,
        /5,001 spans in .*, ended by SIGKILL, 1 unfinished, nothing lost/,
      );
      const recording = join(folder, "out.duckdb");
      assert.deepEqual(await query(recording, LEDGER), [{
        issued: 5_001,
        stored: 5_001,
        unfinished: 1,
        transport: "mapped",
        exit_code: 137,
        signal: "SIGKILL",
        status: "complete",
      }]);
    });
  });

  test(`ferret run --overflow block and grow lose nothing of a ${runtime} program`, async () => {
    await withFolder({ "app.ts": SPANS }, async (folder) => {
      for (const overflow of ["block", "grow"]) {
        // Ten times what fits into 1 MiB.
        const args = ["--overflow", overflow, "--ring-size", "1MiB", "app.ts", "150000"];
        const result = await ferretRun(folder, args, { runtime });
        assert.match(result.stderr, /150,000 spans in .*nothing lost/, overflow);
      }
    });
  });
}

test("ferret run keeps everything when a top-level await never resolves", async () => {
  const source = SPANS + "await new Promise(() => {});\n";
  await withFolder({ "app.ts": source }, async (folder) => {
    for (const runtime of programRuntimes()) {
      let isSent = false;
      const result = await ferretRun(folder, ["app.ts", "30"], {
        runtime,
        onOutput: (_stdout, child) => {
          if (!isSent) process.kill(child.pid!, "SIGTERM");
          isSent = true;
        },
      });
      assert.match(result.stderr, /^ferret: 30 spans in .*nothing lost/, runtime);
    }
  });
});

/** Flags with which a program may map no memory. */
const WITHOUT_MAPPING = {
  deno: ["--deny-ffi", "--allow-read", "--allow-env"],
  node: ["--permission", "--allow-fs-read=*"],
};

for (const runtime of programRuntimes().filter((name) => name !== "bun")) {
  test(`ferret run records a ${runtime} program through a pipe where memory cannot be mapped`, async () => {
    const files = { "app.ts": SPANS, "package.json": '{"type":"module"}' };
    await withFolder(files, async (folder) => {
      const flags = ["--hook", "metrics", ...WITHOUT_MAPPING[runtime]];
      const result = await ferretRun(folder, [...flags, "app.ts", "50000"], { runtime });
      assert.equal(result.stdout, "made 50000\n");
      assert.match(result.stderr, /50,000 spans in .*nothing lost/);
      assert.deepEqual(await query(join(folder, "out.duckdb"), LEDGER), [{
        issued: 50_000,
        stored: 50_000,
        unfinished: 0,
        transport: "pipe",
        exit_code: 4,
        signal: null,
        status: "complete",
      }]);
    });
  });
}

test("ferret run leaves no file of its own behind", async () => {
  const source = SPANS.replace("process.exitCode = 4;", "console.log(await ringFolder());") +
    `async function ringFolder(): Promise<string> {
  const maps = await Deno.readTextFile("/proc/self/maps");
  return /\\S*\\/ferret-[\\w-]+(?=\\/ring-0)/.exec(maps)?.[0] ?? "none";
}
`;
  await withFolder({ "app.ts": source }, async (folder) => {
    const options = { runtime: "deno", env: { TMPDIR: folder } } as const;
    const mapped = await ferretRun(folder, ["app.ts", "1"], options);
    const [, ringFolder] = /made 1\n(.*)\n/.exec(mapped.stdout) ?? [];
    assert.match(ringFolder ?? "", /ferret-/);
    assert.equal(existsSync(ringFolder!), false);
    await ferretRun(folder, ["--deny-ffi", "--allow-read", "--allow-env", "app.ts", "1"], options);
    assert.deepEqual(readdirSync(folder).sort(), ["app.ts", "out.duckdb"]);
  });
});

/** Makes spans until its ferret has been killed, and some more. */
const PATIENT = `import { existsSync } from "node:fs";
import process from "node:process";
import { profiler } from ${PROFILER};
let made = 0;
let left = 10;
const timer = setInterval(() => {
  for (let i = 0; i < 100; i++) profiler.span("work", () => i);
  made += 100;
  console.log(process.ppid);
  if (!existsSync("killed") || --left > 0) return;
  console.log("made", made);
  clearInterval(timer);
}, 20);
`;

/** Whether the writer of a run has said in its file what it writes: from then on it can be followed. */
function hasBegun(folder: string): boolean {
  const files = readdirSync(folder).filter((name) => name.includes(".partial-"));
  return files.some((name) => readFileSync(join(folder, name)).includes("ownerPid"));
}

for (const runtime of programRuntimes()) {
  test(`A ${runtime} program outlives its ferret, and the next run recovers the recording`, async () => {
    await withFolder({ "app.ts": PATIENT, "next.ts": SPANS }, async (folder) => {
      // Only what the program itself counts.
      const killed = await ferretRun(folder, ["--hook", "metrics", "app.ts"], {
        runtime,
        onOutput: (stdout) => {
          if (existsSync(join(folder, "killed")) || !hasBegun(folder)) return;
          // The program's parent is ferret.
          killPrinted(stdout);
          writeFileSync(join(folder, "killed"), "");
        },
      });
      assert.equal(killed.signal, "SIGKILL");
      // stdout is the program's until it ends.
      const [, made] = /\nmade (\d+)\n$/.exec(killed.stdout) ?? [];
      const next = await ferretRun(folder, ["next.ts", "3"], { runtime });
      assert.match(next.stderr, /3 spans in/);
      assert.match(next.stderr, /run 1 of out\.duckdb had been cut off and was recovered/);
      const runs = await query(
        join(folder, "out.duckdb"),
        "SELECT n, status, issued, stored FROM runs ORDER BY n",
      );
      assert.deepEqual(runs, [
        { n: 1, status: "recovered", issued: Number(made), stored: Number(made) },
        { n: 2, status: "complete", issued: 3, stored: 3 },
      ]);
    });
  });
}
