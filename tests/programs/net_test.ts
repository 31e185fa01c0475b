import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../helpers/processes.ts";
import { type RecordedSpan, runRecorded } from "../helpers/recorded_program.ts";

const program = { file: join(ROOT, "tests/programs/apps/net/connections.mjs") };

/** The span's name, and what it is about. */
function describe({ name, status, attributes }: RecordedSpan): string {
  const about = attributes["dns.question.name"] ?? attributes["server.address"];
  return `${name} ${about}${status === "error" ? ` ${attributes["error.type"]}` : ""}`;
}

const OWN = {
  deno: ["Deno.connect 127.0.0.1", "Deno.connect 127.0.0.1 ECONNREFUSED"],
  bun: ["Bun.connect 127.0.0.1", "Bun.connect 127.0.0.1 ECONNREFUSED"],
  node: [],
};

for (const runtime of ["deno", "bun", "node"] as const) {
  test(`net and dns on ${runtime}: spans of connections and questions`, async () => {
    const [plain, recorded] = await Promise.all([
      runRecorded(runtime, program, { plain: true }),
      runRecorded(runtime, program),
    ]);
    assert.equal(plain.stderr, "");
    assert.equal(recorded.stdout, plain.stdout);
    assert.deepEqual([recorded.exitCode, recorded.stderr], [0, ""]);
    const spans = recorded.spans.filter(({ scope }) => scope === "net");
    assert.ok(spans.every(({ kind }) => kind === "client"));
    const connections = spans.filter(({ name }) => name.endsWith("connect"));
    assert.deepEqual(connections.map(describe), [
      "net.connect 127.0.0.1",
      "net.connect localhost",
      "net.connect 127.0.0.1",
      "net.connect 127.0.0.1 ECONNREFUSED",
      "net.connect /none.sock ENOENT",
      "net.connect 127.0.0.1 aborted",
      "tls.connect 127.0.0.1",
      "tls.connect 127.0.0.1 DEPTH_ZERO_SELF_SIGNED_CERT",
      ...OWN[runtime],
    ]);
    const [first, , , , unix, , secure] = connections;
    assert.equal(typeof first!.attributes["server.port"], "number");
    assert.equal(first!.attributes["network.transport"], "tcp");
    assert.equal(first!.attributes["network.peer.address"], "127.0.0.1");
    assert.equal(unix!.attributes["network.transport"], "unix");
    assert.equal(secure!.attributes["tls.protocol.name"], "tls");
    const questions = spans.filter(({ name }) => name.startsWith("dns.")).map(
      describe,
    );
    assert.deepEqual(
      questions.map((text) => text.replace(/E[A-Z]+$/, "failed")),
      [
        // The first is asked in order to connect.
        ...Array(4).fill("dns.lookup localhost"),
        "dns.lookup nothing.invalid failed",
        "dns.resolve4 nothing.invalid failed",
        "dns.resolve4 nothing.invalid failed",
      ],
    );
  });
}
