import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { servedByPath, statusOf } from "../helpers/http_programs.ts";
import { type RecordedRun, type RecordedSpan, runRecorded } from "../helpers/recorded_program.ts";
import { installPrograms } from "./installed.ts";

let programs = "";
before(async () => {
  programs = await installPrograms();
});

/** Runs one of the apps, with and without ferret; what it prints must be the same. */
async function runApp(
  runtime: RuntimeName,
  name: string,
): Promise<RecordedRun> {
  const file = join(programs, "apps", "http", name);
  const [plain, recorded] = await Promise.all([
    runRecorded(runtime, { file }, { plain: true }),
    runRecorded(runtime, { file }),
  ]);
  assert.equal(recorded.stdout, plain.stdout);
  assert.equal(recorded.exitCode, plain.exitCode, recorded.stderr);
  return recorded;
}

/** Spans of the client by path, the last one for each. */
function sentByPath(spans: RecordedSpan[]): Record<string, RecordedSpan> {
  const sent = spans.filter(({ scope }) => scope === "http.client");
  return Object.fromEntries(
    sent.map((
      span,
    ) => [new URL(String(span.attributes["url.full"])).pathname, span]),
  );
}

/** What Bun has in place of these packages makes requests that nobody sees. */
const UNSEEN: Record<RuntimeName, string[]> = {
  deno: [],
  bun: ["/node-fetch", "/undici"],
  node: [],
};

for (const runtime of ["deno", "bun", "node"] as const) {
  test(`clients on ${runtime}: each request is one span, and its server's span is below it`, async () => {
    const { spans } = await runApp(runtime, "clients.js");
    const outer = spans.find(({ name }) => name === "outer")!;
    const sent = sentByPath(spans);
    const served = servedByPath(spans);
    const seen = [
      "/axios",
      "/got",
      "/node-fetch",
      "/superagent",
      "/undici",
      "/fetch",
      "/direct",
    ]
      .filter((path) => !UNSEEN[runtime].includes(path));
    for (const path of seen) {
      assert.deepEqual(statusOf(sent[path]), ["unset", 200], path);
      assert.equal(sent[path]!.parentId, outer.id, path);
      assert.equal(served[path]!.parentId, sent[path]!.id, path);
      assert.equal(served[path]!.parentName, "GET", path);
      assert.ok(sent[path]!.durationMs >= 4, path);
    }
    for (const path of UNSEEN[runtime]) {
      assert.equal(sent[path], undefined, path);
    }
    assert.equal(
      spans.filter(({ scope }) => scope === "http.client").length,
      seen.length + 4,
      "no request has two spans",
    );
    assert.match(
      String(sent["/axios"]!.attributes["url.full"]),
      /\?token=REDACTED$/,
    );
    assert.equal(sent["/missing"]!.name, "POST");
    assert.deepEqual(statusOf(sent["/missing"]), ["error", 404]);
    // Its headers were written before anybody could add to them.
    assert.equal(served["/array"]!.parentId, 0);
    assert.equal(sent["/refused"]!.status, "error");
    assert.match(
      String(sent["/refused"]!.attributes["url.full"]),
      /\?key=REDACTED$/,
    );
    assert.equal(sent["/never"]!.status, "error");
    assert.deepEqual(
      sent["/never"]!.events.map(({ attributes }) => attributes["exception.message"]),
      ["gone"],
    );
    const inResponse = spans.filter(({ name }) => name.startsWith("in "));
    assert.deepEqual(inResponse.map(({ parentId }) => parentId), [
      outer.id,
      outer.id,
    ]);
  });

  test(`http2 and https on ${runtime}: requests are spans, made and answered`, async () => {
    const { spans } = await runApp(runtime, "http2.js");
    const outer = spans.find(({ name }) => name === "outer")!;
    const sent = sentByPath(spans);
    const served = servedByPath(spans);
    for (const path of ["/get", "/post", "/missing", "/never"]) {
      assert.equal(sent[path]!.parentId, outer.id, path);
      assert.equal(served[path]!.parentId, sent[path]!.id, path);
    }
    assert.deepEqual(
      ["/get", "/post", "/missing", "/never", "/"].map((path) => statusOf(sent[path])),
      [["unset", 200], ["unset", 200], ["error", 404], ["error", undefined], [
        "unset",
        200,
      ]],
    );
    assert.deepEqual(
      ["/get", "/post", "/missing", "/never", "/secure", "/tls"].map((path) =>
        statusOf(served[path])
      ),
      [["unset", 200], ["unset", 200], ["unset", 404], ["error", undefined], [
        "unset",
        201,
      ], [
        "unset",
        200,
      ]],
    );
    assert.deepEqual([served["/post"]!.name, sent["/post"]!.name], [
      "POST",
      "POST",
    ]);
    assert.equal(served["/get"]!.attributes["url.query"], "token=REDACTED");
    assert.doesNotMatch(JSON.stringify(spans), /hush|user|pass/);
    assert.equal(served["/secure"]!.attributes["url.scheme"], "https");
    assert.equal(served["/tls"]!.attributes["url.scheme"], "https");
    assert.ok(served["/secure"]!.durationMs >= 18, "until the end of the body");
    const ends = spans.filter(({ name }) => name === "end");
    assert.deepEqual(ends.map(({ parentName }) => parentName), [
      "GET",
      "POST",
      "GET",
      "GET",
    ]);
  });
}
