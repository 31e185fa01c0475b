/**
 * Holds exported traces against Perfetto's published schema, which is too large
 * for this repository: `protos/perfetto/trace/perfetto_trace.proto` of
 * google/perfetto. The tests read traces by the part of it that ferret uses.
 *
 * ```
 * scripts/check_perfetto.ts <perfetto_trace.proto> <trace>…
 * ```
 *
 * @module
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import process from "node:process";
import protobuf from "protobufjs";
import { packetsOf, readPerfetto } from "../tests/helpers/perfetto_reader.ts";

const [proto, ...traces] = process.argv.slice(2);
if (proto === undefined || traces.length === 0) {
  throw new RangeError("Cannot check: expected <perfetto_trace.proto> <trace>…");
}
const published = protobuf.parse(readFileSync(proto, "utf8")).root;
for (const path of traces) {
  const bytes = readFileSync(path);
  // Nothing that one of them knows is unknown to the other.
  assert.deepEqual(packetsOf(bytes), packetsOf(bytes, published));
  const { tracks, slices, flows } = readPerfetto(bytes, published);
  console.log(`${path}: ${tracks.size} tracks, ${slices.length} slices, ${flows.length} flows`);
}
