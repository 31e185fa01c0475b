/** What `ferret init` writes, and that the run it comes from passes it. */
import { strict as assert } from "node:assert";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, afterEach, before, test } from "node:test";
import { ferret } from "../helpers/ferret.ts";
import { type SpanFixture, writeRecording } from "../helpers/recording_fixture.ts";

let folder: string;
const outer = process.cwd();

/** Requests that take 1 to 10 ms, each with `calls` queries below it. */
function requests(name: string, count: number, { calls = 0, errors = 0 } = {}): SpanFixture[] {
  return Array.from({ length: count }, (_, i) => {
    const request: SpanFixture = {
      name,
      scope: "http.server",
      kind: "server",
      durationNs: (1 + (i * 7) % 10) * 1e6,
      status: i < errors ? "error" : "unset",
      traceId: i + 1,
    };
    return { request, queries: i % 2 === 0 ? calls : 1 };
  }).flatMap(({ request, queries }) => [
    request,
    ...Array.from({ length: calls === 0 ? 0 : queries }, (): SpanFixture => ({
      name: "SELECT orders",
      scope: "db",
      kind: "client",
      durationNs: 1e5,
      traceId: request.traceId!,
      parentId: -1,
    })),
  ]);
}

/** Children name the request before them. */
function linked(spans: SpanFixture[]): SpanFixture[] {
  let parent = 0;
  return spans.map((span, i) => {
    if (span.parentId === undefined) parent = i + 1;
    return span.parentId === undefined ? span : { ...span, parentId: parent };
  });
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "ferret-init-"));
  process.chdir(folder);
  await writeRecording(join(folder, "load.duckdb"), [
    { spans: [{ name: "main", durationNs: 1e9 }] },
    { spans: requests("GET /", 30), losses: [{ reason: "ring_full", count: 5 }] },
    {
      spans: linked([
        ...requests("GET /orders/:id", 400, { calls: 3 }),
        ...requests("POST /a*b: max < 1s", 60, { errors: 3 }),
        ...requests("GET /rare", 5),
      ]),
    },
  ]);
});

after(async () => {
  process.chdir(outer);
  await rm(folder, { recursive: true, force: true });
});

afterEach(() => {
  for (const file of ["ferret.json", "package.json"]) rmSync(join(folder, file), { force: true });
});

interface Written {
  $schema: string;
  check: { thresholds: string[] };
}

function written(): Written {
  return JSON.parse(readFileSync(join(folder, "ferret.json"), "utf8")) as Written;
}

test("ferret init writes limits that the run itself keeps", async () => {
  const { exitCode, stdout, stderr } = await ferret(["init", "load.duckdb"]);
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /^wrote ferret\.json with \d+ thresholds from run 3 of load\.duckdb:\n/);
  assert.match(stdout, /\nwithout limits: 1 name with fewer than 20 spans\n/);
  assert.match(stdout, /\nnext: ferret check load\.duckdb\n$/);
  const { $schema, check: { thresholds } } = written();
  assert.match($schema, /ferret\.schema\.json$/);
  // 10 ms at most, and half as much again.
  assert.ok(
    thresholds.includes("http.server:GET /orders/:id: p(99) < 15ms"),
    thresholds.join("\n"),
  );
  assert.ok(thresholds.includes("http.server:GET /orders/:id: errors < 1%"));
  // 5 % failed; 60 spans say nothing about a p99.
  const other = thresholds.filter((text) => text.includes("POST"));
  assert.deepEqual(other.map((text) => text.split(": ").at(-1)), ["p(95) < 15ms", "errors < 7.5%"]);
  assert.ok(!thresholds.some((text) => text.includes("rare")));
  assert.ok(thresholds.includes("count(db:*) per http.server <= 3"), thresholds.join("\n"));
  assert.ok(thresholds.includes("loss == 0"));
  assert.ok(thresholds.includes("unfinished == 0"));
  const checked = await ferret(["check", "load.duckdb"]);
  assert.equal(checked.exitCode, 0, checked.stdout + checked.stderr);
});

test("ferret init writes a file for all who work on the project", async () => {
  const mask = process.umask(0o022);
  try {
    await ferret(["init"]);
  } finally {
    process.umask(mask);
  }
  assert.equal(statSync(join(folder, "ferret.json")).mode & 0o777, 0o644);
});

test("ferret init does not take the place of settings that are there", async () => {
  writeFileSync("ferret.json", "{}");
  const refused = await ferret(["init"]);
  assert.equal(refused.exitCode, 2);
  assert.match(refused.stderr, /Cannot write "ferret\.json": it is there already\n--force/);
  assert.equal(readFileSync("ferret.json", "utf8"), "{}");
  assert.equal((await ferret(["init", "--force"])).exitCode, 0);
  assert.ok(written().check.thresholds.length > 0);
});

test("ferret init does not make a second place of settings", async () => {
  writeFileSync("package.json", '{"ferret": {"check": {}}}');
  const { exitCode, stderr } = await ferret(["init", "--force"]);
  assert.equal(exitCode, 2);
  assert.match(stderr, /package\.json has settings of ferret already/);
});

test("ferret init --stdout prints and writes nothing", async () => {
  writeFileSync("ferret.json", "{}");
  const { exitCode, stdout } = await ferret(["init", "load.duckdb", "--stdout"]);
  assert.equal(exitCode, 0);
  assert.ok((JSON.parse(stdout) as Written).check.thresholds.length > 0);
  assert.equal(readFileSync("ferret.json", "utf8"), "{}");
});

test("ferret init begins with limits that suit most where nothing was recorded", async () => {
  const alone = await ferret(["init"]);
  assert.equal(alone.exitCode, 0);
  assert.match(alone.stdout, /there is no out\.duckdb to take limits from\nnext: ferret run/);
  assert.ok(written().check.thresholds.includes("http.server:*: p(99) < 1s"));
  const few = await ferret(["init", "--force", "load.duckdb#1"]);
  assert.match(
    few.stdout,
    /fewer than 20 spans\nnext: a longer run, under load, then ferret init --force\n$/,
  );
  const lossy = await ferret(["init", "--force", "load.duckdb", "--run", "2"]);
  assert.match(lossy.stdout, /to begin with: run 2 of load\.duckdb has lost spans\n/);
});

test("ferret init says that a recording is not there", async () => {
  const { exitCode, stderr } = await ferret(["init", "nowhere.duckdb"]);
  assert.equal(exitCode, 4);
  assert.match(stderr, /nowhere\.duckdb/);
  mkdirSync("node_modules/ferret", { recursive: true });
  writeFileSync("node_modules/ferret/ferret.schema.json", "{}");
  await ferret(["init"]);
  assert.equal(written().$schema, "./node_modules/ferret/ferret.schema.json");
});
