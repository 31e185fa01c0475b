/**
 * A ring, its producer and a writer that drains it into a real recording.
 *
 * @module
 */
import { join } from "node:path";
import process from "node:process";
import { DuckDBInstance } from "@duckdb/node-api";
import type { RunInfo } from "../../src/model/run_info.ts";
import { RUN_TABLES } from "../../src/store/schema.ts";
import { RunWriter, type RunWriterOptions } from "../../src/writer/run_writer.ts";
import { testRun } from "./run_info.ts";
import { createTestRing, SpanProducer } from "./span_producer.ts";

/** How a recording is stored, and its path in a test's folder. */
export const OUTPUTS = { duckdb: "out.duckdb", parquet: "out/" } as const;

/** A ring that a test writes to and a writer reads from. */
export interface TestRing {
  producer: SpanProducer;
  buffer: SharedArrayBuffer;
}

/** A ring with its producer. */
export function testRing(options: Parameters<typeof createTestRing>[0] = {}): TestRing {
  const ring = createTestRing(options);
  return { producer: new SpanProducer(ring.memory), buffer: ring.buffer! };
}

/** A writer of `rings` into `out`. */
export function openTestWriter(
  out: string,
  rings: TestRing[],
  options: Partial<RunWriterOptions> & { run?: RunInfo } = {},
): Promise<RunWriter> {
  return RunWriter.open({
    out,
    run: testRun(),
    rings: rings.map(({ buffer }) => ({ kind: "shared", buffer })),
    owner: { pid: process.pid, startTime: 0 },
    ...options,
  });
}

/** How test runs end. */
export const TEST_END = { endedAtNs: 1_790_000_002_000_000_000, exitCode: 0 };

/** Rows of a query over a recording in either form; `spans` and so on are its tables. */
export async function queryRecording(out: string, sql: string): Promise<Record<string, unknown>[]> {
  const isParquet = out.endsWith("/");
  const instance = await DuckDBInstance.create(isParquet ? ":memory:" : out);
  try {
    const connection = await instance.connect();
    if (isParquet) {
      for (const table of RUN_TABLES) {
        const files = join(out, "*", `${table}*.parquet`);
        await connection.run(`CREATE VIEW ${table} AS FROM read_parquet('${files}')`);
      }
    }
    const rows = await (await connection.run(sql)).getRowObjects();
    connection.closeSync();
    return rows as Record<string, unknown>[];
  } finally {
    instance.closeSync();
  }
}
