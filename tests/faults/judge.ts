/**
 * Holds a recording against the ledgers of the program that was recorded.
 *
 * @module
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { ferret } from "../helpers/ferret.ts";
import type { Ledger } from "./ledgers.ts";
import type { Scenario } from "./scenario.ts";

/** What a fault may cost, as documented. */
export interface Allowance {
  /** The last spans of each lane may be missing without a count. */
  losesTail: boolean;
  /** Nothing need be there: ferret died before the program began. */
  mayHaveNoRun: boolean;
}

/** What a round came to. All counts are spans. */
export interface Verdict {
  /** Seen to end by the program. */
  seen: number;
  /** Of these, those in the recording. */
  stored: number;
  /** Lost, by the recording's own account. */
  counted: number;
  /** Lost without a word of it. */
  uncounted: number;
  /** Not sent over the pipe in time, or held only by a dead ferret: documented. */
  tail: number;
  duplicated: number;
  /** Files that cannot be read. */
  damaged: number;
  /** All that is wrong, the above included. */
  problems: string[];
}

interface LaneRow {
  name: string;
  finished: number;
  distinct: number;
  last: number;
  unfinished: number;
}

interface RunRow {
  run_id: string;
  status: string;
  issued: number;
  stored: number;
  lost: number;
  left_out: number;
  spans: number;
  other_spans: number;
  bad_starts: number;
}

/** Spans of a run of fixtures/earlier.mjs. */
const EARLIER_SPANS = 3;

/** What is known before anything is: nothing was seen, nothing is wrong. */
export function emptyVerdict(): Verdict {
  return {
    seen: 0,
    stored: 0,
    counted: 0,
    uncounted: 0,
    tail: 0,
    duplicated: 0,
    damaged: 0,
    problems: [],
  };
}

export async function judge(
  scenario: Scenario,
  options: { out: string; ledgers: readonly Ledger[]; allowance: Allowance },
): Promise<Verdict> {
  const { out, allowance } = options;
  const ledgers = options.ledgers.filter(({ isRecorded }) => isRecorded);
  const verdict = emptyVerdict();
  const { problems } = verdict;
  for (const { lanes } of ledgers) verdict.seen += lanes.reduce((a, b) => a + b, 0);
  problems.push(...strangeFiles(scenario, out));
  const recording = await openRecording(scenario, out).catch((error: unknown) => {
    verdict.damaged++;
    problems.push(`Cannot open ${out}: ${(error as Error).message.split("\n", 1)[0]}`);
    return undefined;
  });
  if (recording === undefined) return verdict;
  let runId: string | undefined;
  try {
    if (scenario.hasEarlier && !await recording.hasEarlier()) {
      problems.push("the run that was there before is not whole");
    }
    const run = await recording.run();
    if (run === undefined) {
      if (allowance.losesTail) verdict.tail = verdict.seen;
      if (allowance.losesTail || allowance.mayHaveNoRun && verdict.seen === 0) return verdict;
      verdict.uncounted = verdict.seen;
      problems.push(`there is no run, and the program saw ${verdict.seen} spans`);
      return verdict;
    }
    runId = run.run_id;
    verdict.counted = run.lost;
    problems.push(...checkBooks(run, ledgers, allowance));
    const lanes = await recording.lanes();
    const roots = await recording.roots();
    for (const ledger of ledgers) judgeSource(ledger, { lanes, roots, run, allowance, verdict });
    const known = new Set(ledgers.flatMap(namesOf));
    const strange = [...lanes.keys()].filter((name) => !known.has(name));
    if (strange.length > 0) problems.push(`spans that never were: ${strange.join(", ")}`);
    const missing = verdict.seen - verdict.stored - verdict.tail;
    if (missing > run.lost) {
      verdict.uncounted = missing - run.lost;
      problems.push(`${verdict.uncounted} spans are lost without a count`);
    }
    // What was copied to its place has the mode of copies.
    if (!scenario.hasEarlier && isOpenToOthers(out)) problems.push("others may read the recording");
  } finally {
    recording.close();
  }
  if (runId !== undefined) problems.push(...await checkExitCode(out, runId, verdict));
  return verdict;
}

function namesOf({ source, lanes }: Ledger): string[] {
  return lanes.map((_, lane) => `lane ${source} ${lane}`);
}

/** The equation of the ledger, and how many ids were given out. */
function checkBooks(run: RunRow, ledgers: readonly Ledger[], allowance: Allowance): string[] {
  const problems: string[] = [];
  if (run.issued !== run.stored + run.lost + run.left_out) {
    const { issued, stored, lost, left_out } = run;
    problems.push(
      `the books do not balance: ${JSON.stringify({ issued, stored, lost, left_out })}`,
    );
  }
  if (run.spans !== run.stored) problems.push(`${run.spans} spans are there, not ${run.stored}`);
  if (run.bad_starts > 0) problems.push(`${run.bad_starts} spans have no sensible start`);
  const least = ledgers.reduce(
    (sum, { root, lanes }) => sum + (root === "none" ? 0 : 1) + lanes.reduce((a, b) => a + b, 0),
    0,
  );
  if (run.issued < least && !allowance.losesTail) {
    problems.push(`${run.issued} ids were given out, and the program saw ${least} spans`);
  }
  return problems;
}

function judgeSource(
  ledger: Ledger,
  context: {
    lanes: ReadonlyMap<string, LaneRow>;
    roots: ReadonlyMap<string, string[]>;
    run: RunRow;
    allowance: Allowance;
    verdict: Verdict;
  },
): void {
  const { lanes, roots, run, allowance, verdict } = context;
  const { problems } = verdict;
  namesOf(ledger).forEach((name, lane) => {
    const seen = ledger.lanes[lane]!;
    const row = lanes.get(name) ?? { name, finished: 0, distinct: 0, last: 0, unfinished: 0 };
    verdict.duplicated += row.finished - row.distinct;
    if (row.finished > row.distinct) problems.push(`"${name}" has spans more than once`);
    // The program may die between a span's end and its word of it.
    if (row.last > seen + 1) problems.push(`"${name}" has span ${row.last} of ${seen}`);
    if (row.unfinished + (row.last > seen ? 1 : 0) > 1) {
      problems.push(`"${name}" has ${row.unfinished} unfinished spans`);
    }
    verdict.stored += row.distinct - (row.last > seen ? 1 : 0);
    if (allowance.losesTail && row.last < seen) verdict.tail += seen - row.last;
  });
  const root = roots.get(`root ${ledger.source}`) ?? [];
  const expected = ledger.root === "ended" ? ["unset"] : ["unfinished"];
  const isRight = root.length === expected.length && root[0] === expected[0];
  const mayBeMissing = allowance.losesTail || ledger.root === "none" || run.lost > 0;
  // It may end just before the ledger says so.
  const mayHaveEnded = ledger.root === "open" && root.length === 1;
  if (root.length > 1) verdict.duplicated += root.length - 1;
  if (!isRight && !(mayBeMissing && root.length <= 1) && !mayHaveEnded) {
    problems.push(`the root of "${ledger.source}" is ${ledger.root}, and recorded: ${root}`);
  }
}

/** `check` must not judge when something was lost. */
async function checkExitCode(out: string, runId: string, verdict: Verdict): Promise<string[]> {
  if (verdict.seen < 200) return [];
  const args = [
    "check",
    out,
    "--span",
    "lane *",
    "--max",
    "1h",
    "--min-samples",
    "1",
    "--run",
    runId,
  ];
  const { exitCode, stdout, stderr } = await ferret(args);
  const expected = verdict.counted > 0 ? 3 : 0;
  if (exitCode === expected || verdict.stored === 0) return [];
  return [`check says ${exitCode} and not ${expected}: ${stdout}${stderr}`];
}

/** What may not be beside or in a recording. */
function strangeFiles({ store }: Scenario, out: string): string[] {
  const folder = dirname(out);
  if (!existsSync(folder)) return [];
  const left = readdirSync(folder).filter((name) => name !== basename(out));
  if (store === "parquet" && existsSync(out)) {
    const isRun = (name: string) => /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(name);
    left.push(...readdirSync(out).filter((name) => !isRun(name)));
    for (const run of readdirSync(out).filter(isRun)) {
      left.push(...readdirSync(join(out, run)).filter((name) => !name.endsWith(".parquet")));
    }
  }
  return left.map((name) => `"${name}" was left behind`);
}

/** A recording as any client of DuckDB sees it. */
async function openRecording(scenario: Scenario, out: string) {
  const isParquet = scenario.store === "parquet";
  const exists = existsSync(out) && (!isParquet || readdirSync(out).length > 0);
  const instance = await DuckDBInstance.create(
    exists && !isParquet ? out : ":memory:",
    exists && !isParquet ? { access_mode: "READ_ONLY" } : {},
  );
  const connection = await instance.connect();
  const from = (table: string) => {
    if (!isParquet) return table;
    return `read_parquet('${out}/*/${table}*.parquet', union_by_name = true)`;
  };
  const rows = async <T>(sql: string): Promise<T[]> => {
    const reader = await connection.runAndReadAll(sql);
    return reader.getRowObjects().map((row) =>
      Object.fromEntries(
        Object.entries(row).map((
          [key, value],
        ) => [key, typeof value === "bigint" ? Number(value) : value]),
      ) as T
    );
  };
  // Ours is not the one that was there before.
  const ours = `(SELECT run_id FROM ${from("runs")} WHERE command LIKE '%program.mjs')`;
  const close = () => {
    connection.closeSync();
    instance.closeSync();
  };
  try {
    if (exists) await rows(`SELECT count(*) FROM ${from("spans")}`);
  } catch (error) {
    close();
    throw error;
  }
  return {
    close,
    hasEarlier: async () => {
      if (!exists) return false;
      const found = await rows<{ n: number }>(
        `SELECT count(*) AS n FROM ${from("spans")} WHERE run_id NOT IN ${ours} GROUP BY run_id`,
      );
      return found.length > 0 && found.every(({ n }) => n === EARLIER_SPANS);
    },
    run: async (): Promise<RunRow | undefined> => {
      if (!exists) return undefined;
      const found = await rows<RunRow>(`
        SELECT run_id, status, issued, stored,
          (SELECT coalesce(sum(count), 0)::BIGINT FROM ${from("losses")}
           WHERE run_id = r.run_id AND NOT contains('${LEFT_OUT}', reason)) AS lost,
          (SELECT coalesce(sum(count), 0)::BIGINT FROM ${from("losses")}
           WHERE run_id = r.run_id AND contains('${LEFT_OUT}', reason)) AS left_out,
          (SELECT count(*) FROM ${from("spans")} WHERE run_id = r.run_id) AS spans,
          (SELECT count(*) FROM ${from("spans")}
           WHERE run_id = r.run_id AND scope <> 'manual') AS other_spans,
          (SELECT count(*) FROM ${from("spans")} WHERE run_id = r.run_id AND NOT
           start_ns BETWEEN epoch_ns(r.started_at) - 1000000000 AND epoch_ns(r.started_at) + 600000000000
          ) AS bad_starts
        FROM ${from("runs")} AS r WHERE run_id IN ${ours}`);
      if (found.length > 1) throw new Error("The run is in the recording more than once");
      return found[0];
    },
    lanes: async () => {
      const found = await rows<LaneRow>(`
        SELECT name,
          count(*) FILTER (status <> 'unfinished') AS finished,
          count(DISTINCT (attributes ->> '$.i')::BIGINT) FILTER (status <> 'unfinished') AS "distinct",
          coalesce(max((attributes ->> '$.i')::BIGINT) FILTER (status <> 'unfinished'), 0) AS last,
          count(*) FILTER (status = 'unfinished') AS unfinished
        FROM ${from("spans")} WHERE run_id IN ${ours} AND name LIKE 'lane %' GROUP BY name`);
      return new Map(found.map((row) => [row.name, row]));
    },
    roots: async () => {
      const found = await rows<{ name: string; status: string }>(`
        SELECT name, status FROM ${from("spans")}
        WHERE run_id IN ${ours} AND name LIKE 'root %'`);
      const groups = Map.groupBy(found, ({ name }) => name);
      return new Map([...groups].map(([name, group]) => [name, group.map(({ status }) => status)]));
    },
  };
}

/** Reasons that are no losses. */
const LEFT_OUT = "below_minimum sampled rate_limited not_kept";

/** Whether others than its owner may read a file or look into a folder. */
function isOpenToOthers(path: string): boolean {
  return (statSync(path).mode & 0o077) !== 0;
}
