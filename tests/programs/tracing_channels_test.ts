import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { runRecorded } from "../helpers/recorded_program.ts";
import { installPrograms } from "./installed.ts";

let folder: string;
before(async () => {
  folder = join(await installPrograms(), "apps/tracing_channels");
});

for (const runtime of ["deno", "bun", "node"] as const) {
  test(`tracing-channel on ${runtime}: every operation of a channel is a span`, async () => {
    const file = join(folder, "own_channel.js");
    const [plain, recorded] = await Promise.all([
      runRecorded(runtime, { file }, { plain: true }),
      runRecorded(runtime, { file }),
    ]);
    assert.equal(recorded.stderr, plain.stderr);
    assert.equal(recorded.stdout, plain.stdout);
    const spans = recorded.spans.filter(({ scope }) => scope === "library");
    const byOperation = new Map(
      spans.map((span) => [span.attributes["db.operation.name"], span]),
    );
    assert.deepEqual([...byOperation.keys()].toSorted(), [
      "add",
      "in callback",
      "inner",
      "later",
      "outer",
      "reject",
      "throw",
    ]);
    assert.equal(spans.length, 7);
    assert.ok(spans.every(({ name }) => name === "my.lib.op"));
    const of = (operation: string) => byOperation.get(operation)!;
    assert.deepEqual(
      [of("throw").status, of("throw").attributes["error.type"]],
      [
        "error",
        "TypeError",
      ],
    );
    assert.deepEqual([of("reject").status, of("reject").events.length], [
      "error",
      1,
    ]);
    assert.equal(of("inner").parentId, of("outer").id);
    assert.ok(of("outer").durationMs >= 9 && of("later").durationMs >= 9);
    // The callback belongs to whoever passed it.
    assert.equal(of("in callback").parentId, 0);
  });

  test(`tracing-channel on ${runtime}: packages are seen once, and below requests`, async () => {
    const run = await runRecorded(runtime, {
      file: join(folder, "packages.js"),
    });
    assert.equal(run.stdout, "200\n200\n500\nshop\nlogged\n");
    const spans = run.spans.filter(({ scope }) => scope === "library");
    const rows = spans.map((span) =>
      [span.name, span.parentName, span.attributes["http.route"], span.status]
        .join(" < ")
    );
    assert.deepEqual(rows, [
      "fastify.request.handler < GET /users/:id < /users/:id < unset",
      "fastify.request.handler < GET /sync/:id < /sync/:id < unset",
      "fastify.request.handler < GET /bad < /bad < error",
      "h3.request <  <  < unset",
      "pino_asJson <  <  < unset",
    ]);
    assert.equal(
      run.hooks.findLast(({ name }) => name === "tracing-channel")?.state,
      "active",
    );
  });
}
