import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { runRecorded } from "../helpers/recorded_program.ts";
import { installPrograms } from "./installed.ts";

let folder: string;
before(async () => {
  folder = join(await installPrograms(), "apps/opentelemetry");
});

for (const runtime of ["deno", "bun", "node"] as const) {
  test(`opentelemetry on ${runtime}: what a library reports is recorded where it happened`, async () => {
    const run = await runRecorded(runtime, { file: join(folder, "no_sdk.js") });
    assert.equal(run.stderr, "");
    assert.equal(run.stdout, "true,true,true,false,true,true,true,7,1\n");
    const named = (name: string) => run.spans.find((span) => span.name === name)!;
    const server = run.spans.find(({ scope }) => scope === "http.server")!;
    const work = named("work");
    assert.equal(work.parentId, server.id);
    assert.equal(server.attributes["app.user"], "u1");
    assert.deepEqual([work.scope, work.kind, work.status], [
      "library",
      "client",
      "unset",
    ]);
    assert.deepEqual(work.attributes, {
      "a.b": 1,
      "otel.scope.name": "some-library",
      "otel.scope.version": "1.2.3",
    });
    assert.ok(work.durationMs >= 9);
    const inner = named("inner renamed");
    assert.deepEqual([inner.parentId, inner.status], [work.id, "error"]);
    assert.deepEqual(inner.attributes["list"], [1, 2]);
    assert.equal(inner.attributes["otel.status_description"], "bad");
    assert.deepEqual(inner.events.map(({ name }) => name), [
      "point",
      "exception",
    ]);
    assert.deepEqual(named("alone").events.map(({ name }) => name), ["link"]);
    assert.deepEqual([named("alone").parentId, named("outside").parentId], [
      0,
      0,
    ]);
    assert.ok(Math.abs(named("timed").durationMs - 1000) < 50);
    assert.equal(
      run.hooks.findLast(({ name }) => name === "opentelemetry")?.state,
      "active",
    );
  });

  test(`opentelemetry on ${runtime}: a program's own SDK takes over`, async () => {
    const file = join(folder, "own_sdk.js");
    const [plain, recorded] = await Promise.all([
      runRecorded(runtime, { file }, { plain: true }),
      runRecorded(runtime, { file }),
    ]);
    assert.equal(recorded.stderr, plain.stderr);
    assert.equal(recorded.stdout, plain.stdout);
    assert.match(recorded.stdout, /^inner renamed,alone,outside,timed,work$/m);
    // Those of before it.
    const spans = recorded.spans.filter(({ scope }) => scope === "library");
    assert.equal(spans.length, 5);
  });
}
