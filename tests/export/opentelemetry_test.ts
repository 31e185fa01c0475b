/**
 * OTLP as OpenTelemetry's own code reads and writes it: the messages that its
 * transformer was generated from, and the serializers of its exporters.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { JsonTraceSerializer, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { difficultRun, FOREIGN_TRACE } from "../helpers/export_fixture.ts";
import { ferret } from "../helpers/ferret.ts";
import { withFolder } from "../helpers/processes.ts";
import { query } from "../helpers/query.ts";
import { writeRecording } from "../helpers/recording_fixture.ts";

type AnyObject = Record<string, unknown>;

/** A message type of protobufjs. */
interface MessageType {
  decode(bytes: Uint8Array): object;
  encode(message: object): { finish(): Uint8Array };
  fromObject(object: object): object;
  toObject(message: object, options: object): AnyObject;
}

const ROOT = createRequire(import.meta.url)(
  "@opentelemetry/otlp-transformer/build/src/generated/root.js",
) as {
  opentelemetry: {
    proto: { collector: { trace: { v1: { ExportTraceServiceRequest: MessageType } } } };
  };
};
const REQUEST = ROOT.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: AnyObject }[];
  events: { name: string; timeUnixNano: string }[];
  status?: { code?: number };
}

/** Ids as bytes in base64, times as texts: how protobufjs writes JSON. */
function plain(message: object): AnyObject {
  return REQUEST.toObject(message, { longs: String, bytes: String });
}

function spansOf(request: AnyObject): Span[] {
  const { resourceSpans = [] } = request as {
    resourceSpans?: { scopeSpans: { spans: Span[] }[] }[];
  };
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}

function hex(base64: string): string {
  return Buffer.from(base64, "base64").toString("hex");
}

/** In OTLP's JSON ids are hex, in that of protobuf base64. */
function withBase64Ids(text: string): object {
  const ids = ["traceId", "spanId", "parentSpanId"];
  return JSON.parse(
    text,
    (key, value) =>
      ids.includes(key) ? Buffer.from(String(value), "hex").toString("base64") : value,
  ) as object;
}

test("OpenTelemetry's messages hold after an export what the recording does", () =>
  withFolder({}, async (folder) => {
    const recording = join(folder, "run.duckdb");
    const runId = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed";
    await writeRecording(recording, [difficultRun({ runId })]);
    const file = join(folder, "spans.pb");
    await ferret(["export", recording, "--format", "otlp-proto", "-o", file]);
    const request = plain(REQUEST.decode(readFileSync(file)));
    const spans = new Map(spansOf(request).map((span) => [parseInt(hex(span.spanId), 16), span]));
    const rows = await query(
      recording,
      `SELECT span_id, parent_span_id, name, kind, start_ns::VARCHAR AS start_at, status,
         (start_ns + coalesce(duration_ns, 0))::VARCHAR AS end_at, w3c_trace_id, trace_id
       FROM spans`,
    );
    assert.equal(spans.size, rows.length);
    const kinds = ["", "internal", "server", "client"];
    for (const row of rows) {
      const span = spans.get(Number(row["span_id"]))!;
      assert.equal(span.name, row["name"]);
      assert.equal(span.kind, kinds.indexOf(String(row["kind"])));
      assert.equal(span.startTimeUnixNano, row["start_at"]);
      if (row["status"] !== "unfinished") assert.equal(span.endTimeUnixNano, row["end_at"]);
      assert.equal(span.status?.code, row["status"] === "error" ? 2 : undefined);
      assert.equal(
        span.parentSpanId === undefined ? null : parseInt(hex(span.parentSpanId), 16),
        row["parent_span_id"],
      );
      const root = rows.find((one) => one["span_id"] === row["trace_id"])!;
      assert.equal(
        hex(span.traceId),
        root["w3c_trace_id"] ??
          `1b9d6bcdbbfd4b2d${Number(row["trace_id"]).toString(16).padStart(16, "0")}`,
      );
    }
    assert.ok([...spans.values()].some(({ traceId }) => hex(traceId) === FOREIGN_TRACE));
    const first = spans.get(1)!;
    const values = new Map(first.attributes.map(({ key, value }) => [key, value]));
    assert.deepEqual(values.get("n"), { intValue: "0" });
    assert.deepEqual(values.get("list"), {
      arrayValue: { values: [{ stringValue: "x" }, { intValue: "1" }, { boolValue: true }] },
    });
    assert.deepEqual(first.events.map(({ name }) => name), ["exception"]);

    const lines = (await ferret(["export", recording, "--format", "otlp"])).stdout;
    const messages = lines.trimEnd().split("\n").map((line) =>
      plain(REQUEST.decode(REQUEST.encode(REQUEST.fromObject(withBase64Ids(line))).finish()))
    );
    const spelledOut = (span: Span) => ({ ...span, status: span.status ?? {} });
    assert.deepEqual(messages.flatMap(spansOf), spansOf(request).map(spelledOut));
  }));

/** Spans of OpenTelemetry's SDK. */
function recordSpans(): ReadableSpan[] {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracer = provider.getTracer("shop", "1.2.3");
  const root = tracer.startSpan("GET /cart", {
    kind: 1,
    startTime: [1_800_000_000, 5],
    attributes: { "http.request.method": "GET", n: 3, ratio: 0.5, list: ["a", "b"], ok: true },
  });
  root.addEvent("cache miss", { key: "cart" }, [1_800_000_000, 1_000]);
  root.setStatus({ code: 2, message: "broke" });
  const context = { getValue: () => root, setValue: () => context, deleteValue: () => context };
  const query = tracer.startSpan(
    "SELECT",
    { kind: 2, startTime: [1_800_000_000, 2_000], attributes: { "db.system.name": "sqlite" } },
    context,
  );
  query.end([1_800_000_000, 9_000]);
  root.end([1_800_000_001, 0]);
  return exporter.getFinishedSpans();
}

test("import reads what the exporters of OpenTelemetry's SDK send, and what collectors keep of it", () =>
  withFolder({}, async (folder) => {
    const spans = recordSpans();
    const json = Buffer.from(JsonTraceSerializer.serializeRequest(spans)!).toString();
    const one = (span: ReadableSpan) =>
      Buffer.from(JsonTraceSerializer.serializeRequest([span])!).toString();
    const contents: Record<string, string | Uint8Array> = {
      "request.json": json,
      // The collector's file exporter writes a request in each line.
      "collector.jsonl": `${spans.map(one).join("\n")}\n`,
      "request.pb": ProtobufTraceSerializer.serializeRequest(spans)!,
    };
    for (const [name, content] of Object.entries(contents)) {
      const file = join(folder, name);
      const recording = join(folder, `${name}.duckdb`);
      writeFileSync(file, content);
      const { exitCode, stderr } = await ferret(["import", "-o", recording, file]);
      assert.equal(exitCode, 0, stderr);
      const rows = await query(
        recording,
        `SELECT name, parent_name, scope, kind, status, start_ns::VARCHAR AS at, duration_ns,
           self_ns, w3c_trace_id AS trace, attributes FROM spans ORDER BY start_ns`,
      );
      const [root, select] = rows.map(({ attributes, ...row }) => ({
        ...row,
        attributes: JSON.parse(String(attributes)) as unknown,
      }));
      const trace = spans[0]!.spanContext().traceId;
      assert.deepEqual(root, {
        name: "GET /cart",
        parent_name: null,
        scope: "http.server",
        kind: "server",
        status: "error",
        at: "1800000000000000005",
        duration_ns: 999_999_995,
        self_ns: 999_992_995,
        trace,
        attributes: {
          "http.request.method": "GET",
          n: 3,
          ratio: 0.5,
          list: ["a", "b"],
          ok: true,
          "otel.scope.name": "shop",
          "otel.status_description": "broke",
        },
      }, name);
      assert.deepEqual(select, {
        name: "SELECT",
        parent_name: "GET /cart",
        scope: "db",
        kind: "client",
        status: "unset",
        at: "1800000000000002000",
        duration_ns: 7_000,
        self_ns: 7_000,
        trace,
        attributes: { "db.system.name": "sqlite", "otel.scope.name": "shop" },
      }, name);
      const events = await query(recording, "SELECT name, attributes FROM events");
      assert.deepEqual(events, [{ name: "cache miss", attributes: '{"key":"cart"}' }], name);
    }
  }));
