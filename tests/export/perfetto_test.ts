/** Perfetto's format, read as its trace processor reads it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { difficultRun } from "../helpers/export_fixture.ts";
import { ferret } from "../helpers/ferret.ts";
import { readPerfetto } from "../helpers/perfetto_reader.ts";
import { withFolder } from "../helpers/processes.ts";
import { query } from "../helpers/query.ts";
import { writeRecording } from "../helpers/recording_fixture.ts";

test("export --format perfetto nests each span in what called it, or has a flow from there", () =>
  withFolder({}, async (folder) => {
    const recording = join(folder, "run.duckdb");
    await writeRecording(recording, [difficultRun()]);
    const file = join(folder, "trace.pftrace");
    await ferret(["export", recording, "--format", "perfetto", "-o", file]);
    const { slices, flows, tracks } = readPerfetto(readFileSync(file));
    const rows = await query(
      recording,
      `SELECT *,
      start_ns - min(start_ns) OVER () AS at FROM spans`,
    );
    const spans = slices.filter(({ isInstant }) => !isInstant);
    const idOf = (slice: { annotations: Map<string, unknown> }) =>
      slice.annotations.get("span.id") as number;
    const byId = new Map(spans.map((slice) => [idOf(slice), slice]));
    assert.equal(byId.size, rows.length);
    const callers = new Map(flows.map(({ from, to }) => [idOf(to), from]));
    for (const row of rows) {
      const slice = byId.get(Number(row["span_id"]))!;
      const { name, scope, at, duration_ns: durationNs } = row;
      assert.equal(slice.name, name);
      assert.equal(slice.category, scope);
      assert.equal(slice.startNs, at);
      if (durationNs !== null) assert.equal(slice.endNs - slice.startNs, durationNs);
      const parent = row["parent_span_id"] as number | null;
      if (slice.parent !== undefined) assert.equal(idOf(slice.parent), parent);
      else if (parent !== null) {
        const from = callers.get(Number(row["span_id"]))!;
        assert.equal(from.name, "call");
        assert.equal(idOf(from.parent!), parent, String(name));
      }
    }
    const names = new Map([...tracks.values()].map((track) => [track.name, track]));
    const beside = names.get("main +1")!;
    assert.equal(tracks.get(beside.parentUuid!)!.name, "main");
    assert.equal(beside.siblingMergeBehavior, "SIBLING_MERGE_BEHAVIOR_NONE");
    const events = slices.filter(({ name }) => name === "exception");
    assert.equal(events.length, 40);
    for (const { parent, startNs } of events) {
      assert.ok(parent!.startNs <= startNs && startNs <= parent!.endNs);
    }
  }));
