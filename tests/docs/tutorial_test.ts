/** The example of docs/tutorial.md is slow for the reasons that it says, and no more after its changes. */
import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { applyDiff, findSteps } from "../../scripts/docs/sessions.ts";
import { ferret } from "../helpers/ferret.ts";
import { ferretCommand, ROOT, runProcess, withFolder } from "../helpers/processes.ts";

const SHOP = "examples/bookshop";
const DOCUMENT = readFileSync(join(ROOT, "docs/tutorial.md"), "utf8");

interface Finding {
  kind: string;
  place: string | null;
  name?: string;
  parent_name?: string;
  names?: string[];
  calls?: number;
  callers?: number;
}

/** Records the shop of a folder under as many requests. */
async function record(folder: string, requests: number): Promise<void> {
  const partners = `http://127.0.0.1:${await freePort()}`;
  const load = `bun ${SHOP}/load.ts`;
  const args = ["run", "--runtime", "bun", "--on-ready", load, `${SHOP}/main.ts`];
  const result = await runProcess(ferretCommand(args, "bun"), {
    cwd: folder,
    env: { PARTNERS_URL: partners, REQUESTS: String(requests) },
  });
  assert.match(result.stderr, new RegExp(`${requests} requests in`));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function report(folder: string, ...args: string[]): Promise<Record<string, unknown>> {
  const path = join(folder, "out.duckdb");
  const { exitCode, stdout, stderr } = await ferret(["report", path, "--format", "json", ...args]);
  assert.equal(exitCode, 0, stderr);
  return JSON.parse(stdout);
}

async function findingsOf(folder: string): Promise<Finding[]> {
  const { findings = [] } = await report(folder, "--findings", "--limit", "1");
  return findings as Finding[];
}

/** `examples/bookshop/orders.ts:28`, where a function of the shop begins. */
function placeOf(file: string, name: string): string {
  const lines = readFileSync(join(ROOT, SHOP, file), "utf8").split("\n");
  const line = lines.findIndex((text) => new RegExp(`function ${name}\\(`).test(text)) + 1;
  assert.ok(line > 0, name);
  return `${SHOP}/${file}:${line}`;
}

test("the findings of the bookshop are the lines that docs/tutorial.md says", () =>
  withFolder({}, async (folder) => {
    cpSync(join(ROOT, SHOP), join(folder, SHOP), { recursive: true });
    await record(folder, 400);
    const findings = await findingsOf(folder);
    const repeated = findings.find(({ kind }) => kind === "repeated_calls")!;
    assert.equal(repeated.place, placeOf("orders.ts", "linesOf"));
    assert.deepEqual([repeated.name, repeated.calls], ["SELECT books", repeated.callers! * 30]);
    const sequential = findings.find(({ kind }) => kind === "sequential_calls")!;
    assert.equal(sequential.place, placeOf("orders.ts", "showOrder"));
    assert.deepEqual(sequential.names, ["piecesInStock", "deliveryDays"]);
    const blocking = findings.filter(({ kind }) => kind === "blocking");
    const hash = blocking.find(({ name }) => name === "hashPassword");
    assert.equal(hash?.place, placeOf("accounts.ts", "hashPassword"));
    const { explanations } = await report(folder, "--explain", "http.server:GET{url.path=/books}");
    const [{ factors }] = explanations as [{ factors: { subject: string; value: string }[] }];
    assert.deepEqual(
      factors.filter(({ subject }) => subject === "url.query").map(({ value }) => value),
      ["sort=rating"],
    );
    const { critical_paths } = await report(
      folder,
      "--critical-path",
      "--filter",
      "http.server:POST",
    );
    const [{ causes }] = critical_paths as [{ causes: { name: string; share: number }[] }];
    assert.equal(causes[0]!.name, "hashPassword");
    const { tree } = await report(folder, "--tree", "--filter", "http.server:GET");
    assert.match(JSON.stringify(tree), /"showOrder".*"piecesInStock"/);
  }));

test("the changes of docs/tutorial.md take the findings away", () =>
  withFolder({}, async (folder) => {
    cpSync(join(ROOT, SHOP), join(folder, SHOP), { recursive: true });
    for (const step of findSteps(DOCUMENT)) {
      if (step.kind !== "diff") continue;
      const file = join(folder, step.file);
      writeFileSync(file, applyDiff(readFileSync(file, "utf8"), step.diff));
    }
    await record(folder, 80);
    const { spans } = await report(folder, "--filter", "showOrder");
    assert.equal((spans as { count: number }[])[0]!.count, 44);
    // Filling the tables is a loop as well, and what holds up the loop of a busy machine is chance.
    const left = (await findingsOf(folder)).filter(({ kind, place }) =>
      kind !== "blocking" && /(orders|accounts|books)\.ts/.test(place ?? "")
    );
    assert.deepEqual(left, []);
  }));
