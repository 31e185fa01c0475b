/**
 * Makes the recordings by which later ferrets are tested to read this one's:
 * `deno run -A scripts/make_fixture.ts` fills `tests/fixtures/formats/<version>`.
 * To be run once for each version of the format, before anything else changes;
 * what is there is never made again.
 *
 * Two finished runs with rows in every table, one that only has to join and one
 * that was cut off, as DuckDB and as Parquet. Each file is packed by itself.
 *
 * @module
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { gzipSync } from "node:zlib";
import { main } from "../cli/main.ts";
import type { RunInfo } from "../src/model/run_info.ts";
import { createContext } from "../src/recorder/context.ts";
import { Recorder } from "../src/recorder/recorder.ts";
import { F_ISSUED } from "../src/ring/layout.ts";
import { FORMAT_VERSION } from "../src/store/schema.ts";
import { RunWriter } from "../src/writer/run_writer.ts";
import { testRun } from "../tests/helpers/run_info.ts";
import {
  ANCHOR_CLOCK_NS,
  ANCHOR_UNIX_NS,
  createTestRing,
  SpanProducer,
} from "../tests/helpers/span_producer.ts";
import { ROOT } from "./root.ts";

/** Recordings of a fixture. */
const NAMES = ["recording.duckdb", "recording/"];

/** Nobody has this process id. */
const OWNER = { pid: 2 ** 30, startTime: 1 };

/** How a run of a fixture ends. */
type Ending = "finished" | "not joined" | "cut off";

/** The third run of each recording is not joined. */
process.env["FERRET_FAIL_POINT"] = "join:3=throw,join:6=throw";

async function makeRun(out: string, number: number, ending: Ending): Promise<void> {
  const run: RunInfo = testRun({
    runId: `00000000-0000-4000-8000-00000000000${number}`,
    startedAtNs: 1_790_000_000_000_000_000 + number * 60e9,
    gitCommit: "0123456789abcdef0123456789abcdef01234567",
    gitBranch: "main",
    ...(number === 2 ? { sampling: { ratio: 0.5, maxSpansPerSecond: 1000, keep: "errors" } } : {}),
  });
  const [spans, others] = [createTestRing(), createTestRing({ thread: 1 })];
  const writer = await RunWriter.open({
    out,
    run,
    rings: [spans, others].map(({ buffer }) => ({ kind: "shared", buffer: buffer! })),
    owner: OWNER,
  });
  const producer = new SpanProducer(spans.memory);
  const root = producer.open(0, { name: "main" });
  for (let i = 1; i <= 200; i++) {
    const id = producer.span({
      name: i % 2 === 0 ? "GET /users/:id" : "Cart.total",
      parentId: root,
      traceId: root,
      parentName: "main",
      durationNs: i * 10_000,
      status: i % 50 === 0 ? 2 : 0,
      attributes: { "http.response.status_code": 200 + i % 3, "naïve": "é\u202e'\"" },
    });
    if (i % 50 === 0) producer.event(id, "exception", { "exception.type": "TypeError" });
    if (i === 150) await writer.flush();
  }
  producer.source("Cart.total", "file:///srv/app/cart.ts", 12, 3);
  const recorder = new Recorder(others.memory, {
    clock: {
      nowNs: () => ANCHOR_CLOCK_NS + 1,
      anchorUnixNs: ANCHOR_UNIX_NS,
      anchorClockNs: ANCHOR_CLOCK_NS,
      source: "performance",
    },
    context: createContext(),
    overflow: "drop",
    pid: 1,
  });
  recorder.addMetric("process.memory.usage", 1e8);
  recorder.reportHook("fetch", "active");
  recorder.reportHook("pg", "failed", "TypeError: no such function");
  // Ids that were given out and never seen again.
  spans.memory.f64[F_ISSUED]! += 5;
  await writer.flush();
  if (ending === "cut off") return writer.close();
  const { joined } = await writer.finish({ endedAtNs: run.startedAtNs + 2e9, exitCode: 0 });
  if (joined !== (ending === "finished")) throw new Error(`Cannot make run ${number} ${ending}`);
}

/** What a command says about the finished runs. */
async function answer(args: string[]): Promise<unknown> {
  let text = "";
  const exitCode = await main(args, { out: (part) => void (text += part), err: console.error });
  return { exitCode, ...JSON.parse(text) };
}

async function makeFixture(target: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "ferret-fixture-"));
  try {
    for (const name of NAMES) {
      const out = join(folder, name);
      await makeRun(out, 1, "finished");
      await makeRun(out, 2, "finished");
      const expected = {
        report: await answer(["report", out, "--run", "1", "--format", "json"]),
        check: await answer(["check", out, "--run", "1", "--p99", "1s", "--format", "json"]),
        runs: await answer(["runs", out, "--format", "json"]),
      };
      const file = join(folder, `${name.replace(/\W+/g, "_")}.expected.json`);
      writeFileSync(file, JSON.stringify(expected, undefined, 1));
      await makeRun(out, 3, "not joined");
      await makeRun(out, 4, "cut off");
    }
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      if (!statSync(join(folder, name)).isFile()) continue;
      mkdirSync(dirname(join(target, name)), { recursive: true });
      const bytes = gzipSync(readFileSync(join(folder, name)), { level: 9 });
      writeFileSync(join(target, `${name}.gz`), bytes);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const target = join(ROOT, "tests/fixtures/formats", String(FORMAT_VERSION));
if (existsSync(target)) {
  console.error(`${target} is there already: what an older ferret wrote stays as it is`);
  process.exitCode = 1;
} else await makeFixture(target);
