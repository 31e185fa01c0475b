/**
 * A disk that is full, from the start, in the middle or at the end of a run,
 * and is emptied in time, afterwards or never: nothing is lost, and the program
 * does not notice.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { ferretCommand, ROOT, runProcess, withFolder } from "../helpers/processes.ts";
import { queryRecording } from "../helpers/test_writer.ts";
import { SmallDisk } from "./small_disk.ts";

const PROFILER = JSON.stringify(pathToFileURL(join(ROOT, "mod.ts")).href);
const SPANS = 500;

/** Makes spans whenever it is told to, and says when it has. */
const PROGRAM = `import process from "node:process";
import { existsSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { profiler } from ${PROFILER};
for (let part = 1; part <= 3; part++) {
  while (!existsSync(process.argv[2] + part)) await setTimeout(20);
  for (let i = 0; i < ${SPANS}; i++) {
    profiler.span("part " + part, (span) => span.setAttribute("text", "x".repeat(200) + i));
  }
  await profiler.flush();
  console.log("part", part);
}
process.exitCode = 4;
`;

type When = "at the start" | "in the middle" | "at the end";
type Then = "emptied meanwhile" | "emptied afterwards";

/** What happens before which part of the program. */
interface Plan {
  when: When;
  then: Then;
  /** Whether there is a recording already. */
  isSecond: boolean;
  runtime: RuntimeName;
}

const PLANS: Plan[] = [
  { when: "at the start", then: "emptied meanwhile", isSecond: false, runtime: "node" },
  { when: "at the start", then: "emptied afterwards", isSecond: false, runtime: "deno" },
  { when: "in the middle", then: "emptied meanwhile", isSecond: true, runtime: "bun" },
  { when: "in the middle", then: "emptied afterwards", isSecond: true, runtime: "node" },
  { when: "at the end", then: "emptied afterwards", isSecond: true, runtime: "bun" },
];

/** Each of the plans for one kind of recording or the other, unless all are asked for. */
function plansFor(out: string): Plan[] {
  if (process.env["FERRET_FAULTS"] === "all") return PLANS;
  return PLANS.filter((_, index) => (index % 2 === 0) === (out === "out.duckdb"));
}

for (const out of ["out.duckdb", "out/"]) {
  for (const plan of plansFor(out)) {
    const { when, then, isSecond } = plan;
    const place = isSecond ? `${out} with a run in it` : out;
    test(`a disk that is full ${when} and ${then} loses nothing of ${place}`, () =>
      withFolder({ "app.mjs": PROGRAM }, async (folder) => {
        using disk = new SmallDisk(16);
        const path = join(disk.path, out);
        if (isSecond) {
          for (const part of [1, 2, 3]) writeFileSync(join(folder, `early${part}`), "");
          const early = await record(folder, path, { ...plan, say: "early", act: () => {} });
          assert.equal(early.exitCode, 4, early.stderr);
        }
        const result = await record(folder, path, {
          ...plan,
          say: "go",
          act: (part) => act(disk, plan, part),
        });

        assert.equal(result.stdout, "part 1\npart 2\npart 3\n");
        assert.equal(result.exitCode, 4);
        assert.match(result.stderr, /no space left on device/i);
        if (then === "emptied afterwards") {
          assert.match(result.stderr, /ferret recover/);
          if (isSecond) assert.deepEqual(await runsOf(path), [[1, "complete", 3 * SPANS, 0]]);
          disk.free();
          const recovered = await runProcess(ferretCommand(["recover", path]));
          assert.equal(recovered.exitCode, 0, recovered.stdout + recovered.stderr);
        } else {
          assert.match(result.stderr, /[\d,]+ spans in .* exit code 4, nothing lost/);
        }
        const status = then === "emptied afterwards" ? /^(recovered|complete)$/ : /^complete$/;
        const [last, ...earlier] = (await runsOf(path)).reverse();
        assert.match(String(last![1]), status);
        assert.deepEqual(last!.slice(2), [3 * SPANS, 0]);
        assert.equal(earlier.length, isSecond ? 1 : 0);
        assert.deepEqual(leftOvers(disk.path), []);
      }));
  }
}

/** Fills and empties the disk before the program makes its next part. */
function act(disk: SmallDisk, { when, then }: Plan, part: number): void {
  if (when === "at the start" && part === 1) disk.fill();
  if (when === "in the middle" && part === 2) disk.fill();
  if (when === "at the end" && part === 4) disk.fill();
  if (then === "emptied meanwhile" && part === 3) disk.free();
}

async function record(
  folder: string,
  out: string,
  plan: { runtime: RuntimeName; say: string; act: (part: number) => void },
) {
  const told = new Set<number>();
  const tell = (part: number) => {
    if (told.has(part)) return;
    told.add(part);
    plan.act(part);
    writeFileSync(join(folder, plan.say + part), "");
  };
  tell(1);
  const flags = plan.runtime === "deno" ? ["-A"] : [];
  const line = ["run", "--no-functions", "-o", out, "--runtime", plan.runtime, ...flags];
  return await runProcess(ferretCommand([...line, "app.mjs", plan.say]), {
    cwd: folder,
    onOutput: (stdout) => tell(stdout.split("\n").length),
  });
}

/** Number, status, spans that the program made itself and losses of the runs in a recording. */
async function runsOf(out: string): Promise<unknown[][]> {
  const rows = await queryRecording(
    out,
    `SELECT n, status, issued, stored,
       (SELECT count(*) FROM spans s WHERE s.run_id = r.run_id) AS spans,
       (SELECT count(*) FROM spans s WHERE s.run_id = r.run_id AND name LIKE 'part %') AS parts,
       (SELECT coalesce(sum(count), 0)::BIGINT FROM losses l WHERE l.run_id = r.run_id) AS lost
     FROM runs r ORDER BY n`,
  );
  for (const row of rows) {
    assert.equal(row["stored"], row["spans"]);
    assert.equal(row["issued"], (row["stored"] as bigint) + (row["lost"] as bigint));
  }
  return rows.map((row) => [row["n"], row["status"], Number(row["parts"]), Number(row["lost"])]);
}

/** What belongs to no recording. */
function leftOvers(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => existsSync(join(folder, name)) && /partial|\.wal|\.tmp|lock-/.test(name));
}
