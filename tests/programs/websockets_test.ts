import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { type RecordedSpan, runRecorded } from "../helpers/recorded_program.ts";
import { installPrograms } from "./installed.ts";

let programs = "";
before(async () => {
  programs = await installPrograms();
});

/** What an app records of its sockets; what it prints must be as without ferret. */
async function spansOf(
  runtime: RuntimeName,
  name: string,
): Promise<RecordedSpan[]> {
  const file = join(programs, "apps", "http", name);
  const [plain, recorded] = await Promise.all([
    runRecorded(runtime, { file }, { plain: true }),
    runRecorded(runtime, { file }),
  ]);
  assert.equal(recorded.stdout, plain.stdout);
  assert.equal(recorded.exitCode, plain.exitCode, recorded.stderr);
  assert.doesNotMatch(JSON.stringify(recorded.spans), /hush/);
  return recorded.spans;
}

function connections(spans: RecordedSpan[], kind: string): RecordedSpan[] {
  return spans.filter((span) => {
    return span.scope === "net" && span.kind === kind &&
      span.name.startsWith("websocket");
  });
}

/** Messages received, bytes of them, messages sent, bytes of them, and how it was closed. */
function countsOf(span: RecordedSpan | undefined): unknown[] {
  const keys = [
    "messages.received",
    "bytes.received",
    "messages.sent",
    "bytes.sent",
    "close.code",
  ];
  return keys.map((key) => span?.attributes[`websocket.${key}`]);
}

for (const runtime of ["deno", "bun", "node"] as const) {
  test(`websocket on ${runtime}: the package ws and the global class`, async () => {
    const spans = await spansOf(runtime, "websockets.js");
    const named = (wanted: string) => spans.filter(({ name }) => name === wanted);
    const parentOf = (span: RecordedSpan) => spans.find(({ id }) => id === span.parentId);

    const servers = connections(spans, "server");
    assert.deepEqual(servers.map(({ name }) => name), [
      "websocket",
      "websocket",
      "websocket",
    ]);
    assert.deepEqual(
      servers.map(({ attributes }) => attributes["url.path"]),
      ["/chat/12", "/ws/3", "/own"],
    );
    assert.deepEqual(countsOf(servers[0]), [2, 5, 2, 15, 1000]);
    assert.deepEqual(countsOf(servers[1]), [1, 3, 1, 8, 1001]);

    const clients = connections(spans, "client");
    const [chat, ws, own] = clients;
    assert.deepEqual(countsOf(chat), [2, 15, 2, 5, 1000]);
    assert.deepEqual(countsOf(ws), [1, 8, 1, 3, 1001]);
    assert.equal(chat!.parentId, named("global")[0]!.id);
    assert.equal(ws!.parentId, named("package")[0]!.id);
    assert.equal(own!.parentId, named("others")[0]!.id);
    // Node's class is known when its connection is open.
    assert.equal(clients.length, runtime === "node" ? 3 : 5);
    const failed = spans.filter(({ status }) => status === "error")
      .map(({ attributes }) => String(attributes["url.full"]));
    assert.ok(
      failed.some((url) => url.endsWith("/refused")),
      "a connection that was refused",
    );

    const served = named("served").map((span) => parentOf(span)!);
    assert.deepEqual(served.map(({ parentId }) => parentId), [
      servers[0]!.id,
      servers[0]!.id,
      servers[1]!.id,
    ]);
    assert.deepEqual(
      served.map(({ kind, name, attributes }) => [
        kind,
        name,
        attributes["websocket.message.type"],
        attributes["messaging.message.body.size"],
      ]),
      [
        ["consumer", "websocket message", "text", 3],
        ["consumer", "websocket message", "binary", 2],
        ["consumer", "websocket message", "text", 3],
      ],
    );
    const asked = named("asked").map((span) => parentOf(span)!.parentId);
    assert.deepEqual(asked, [chat!.id, chat!.id, ws!.id]);
    assert.ok(spans.every(({ status }) => status !== "unfinished"));
  });
}

for (const runtime of ["deno", "bun"] as const) {
  test(`websocket on ${runtime}: the runtime's own server`, async () => {
    const spans = await spansOf(runtime, "websocket_server.js");
    const servers = connections(spans, "server");
    const upgrades = spans.filter(({ scope }) => scope === "http.server");
    assert.deepEqual(
      upgrades.map(({ attributes }) => attributes["http.response.status_code"]),
      [101, 101],
    );
    assert.deepEqual(
      servers.map(({ parentId }) => parentId),
      upgrades.map(({ id }) => id),
    );
    const route = runtime === "bun" ? " /chat/:id" : "";
    assert.deepEqual(servers.map(({ name }) => name), [
      `websocket${route}`,
      "websocket",
    ]);
    assert.deepEqual(countsOf(servers[0]), [1, 3, 2, 15, 4000]);
    const handled = spans.filter(({ parentId, kind }) => {
      return kind === "consumer" && servers.some(({ id }) => id === parentId);
    });
    assert.deepEqual(handled.map(({ name }) => name), [
      `websocket message${route}`,
      "websocket message",
    ]);
    assert.ok(
      handled.every(({ durationMs }) => durationMs >= 14),
      "until its promise settles",
    );
    const work = spans.filter(({ name }) => name === "work");
    assert.deepEqual(
      work.map(({ parentId }) => parentId),
      handled.map(({ id }) => id),
    );
  });
}
