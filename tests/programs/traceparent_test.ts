import assert from "node:assert/strict";
import { test } from "node:test";
import { servedByPath } from "../helpers/http_programs.ts";
import { runRecorded, TRACE_SEED } from "../helpers/recorded_program.ts";

const FOREIGN = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";
/** A span of another process of the same run. */
const ELSEWHERE = 2 ** 36 * 3 + 5;

/** A server that answers with what it was asked. */
const SERVER = `
import { createServer } from "node:http";
const profiler = (globalThis as any)[Symbol.for("ferret.profiler.1")] ??
  { span: (_: string, fn: () => unknown) => fn() };
const server = createServer(async (request, response) => {
  let body = "";
  for await (const part of request) body += part;
  const { host, connection, traceparent, "user-agent": agent, ...others } = request.headers;
  // Deno goes through the headers of a Headers object in the order of their names.
  const headers = Object.entries(others).sort();
  response.end(JSON.stringify({ method: request.method, headers, body, traceparent }));
});
await new Promise<void>((resolve) => server.listen(0, resolve));
const origin = "http://localhost:" + (server.address() as { port: number }).port;
async function ask(...args: unknown[]) {
  const { traceparent, ...rest } = await (await (fetch as any)(...args)).json();
  console.log(JSON.stringify(rest), traceparent === undefined ? "" : own.includes(traceparent));
}
const own = ["00-${FOREIGN}-${PARENT}-01"];
`;

/** Ways to call fetch; what is printed must be the same with ferret and without. */
const CALLS = `${SERVER}
const bytes = (text: string) => new ReadableStream({
  start(controller) {
    controller.enqueue(new TextEncoder().encode(text));
    controller.close();
  },
});
await profiler.span("outer", async () => {
  await seen(origin + "/plain");
  await seen(new URL(origin + "/url"), { method: "POST", body: new URLSearchParams({ a: "1" }) });
  const headers = new Headers({ "x-a": "1", cookie: "b=2" });
  await seen(origin + "/headers", { headers });
  console.log([...headers].join());
  const record = { "x-a": "1", Accept: "text/x" };
  await seen(origin + "/record", Object.freeze({ headers: Object.freeze(record) }));
  await seen(origin + "/pairs", { headers: [["x-a", "1"], ["x-a", "2"]] });
  await seen(origin + "/map", { headers: new Map([["x-a", "1"]]) });
  await seen(origin + "/stream", { method: "POST", body: bytes("streamed"), duplex: "half" });
  const request = new Request(origin + "/request", { method: "PUT", body: "x", headers });
  await seen(request);
  console.log([...request.headers].join(), request.bodyUsed);
  await seen(new Request(origin + "/request-stream", {
    method: "POST",
    body: bytes("streamed"),
    duplex: "half",
  } as RequestInit));
  await seen(new Request(origin + "/both", { headers }), { headers: { "x-b": "2" } });
  class Init {
    #method = "DELETE";
    get method() {
      return this.#method;
    }
  }
  await seen(origin + "/class", new Init());
  await seen(origin + "/null", null);
  for (const traceparent of own) {
    await ask(origin + "/own", { headers: { TraceParent: traceparent } });
    await ask(origin + "/own", { headers: [["traceparent", traceparent]] });
    await ask(new Request(origin + "/own", { headers: { traceparent } }));
  }
  const gone = new Request(origin + "/gone", { signal: AbortSignal.abort() });
  await fetch(gone).catch(({ name }) => console.log(name));
  const used = new Request(origin + "/used", { method: "POST", body: "x" });
  await used.text();
  await fetch(used).catch(({ name }) => console.log(name));
  await fetch(origin, { headers: { "bad name": "1" } }).catch(({ name }) => console.log(name));
  await (fetch as any)(origin, { headers: null }).then(() => console.log("null"))
    .catch(({ name }: Error) => console.log(name));
});
await ask(origin + "/outside");
server.close();
server.closeAllConnections?.();

/** Asks, and leaves out what only ferret adds. */
async function seen(...args: unknown[]) {
  const { traceparent, ...rest } = await (await (fetch as any)(...args)).json();
  console.log(JSON.stringify(rest));
}
`;

for (const runtime of ["deno", "bun", "node"] as const) {
  test(`traceparent on ${runtime}: requests carry it and are otherwise what they were`, async () => {
    const [plain, recorded, without] = await Promise.all([
      runRecorded(runtime, CALLS, { plain: true }),
      runRecorded(runtime, CALLS),
      runRecorded(runtime, CALLS, { noHooks: ["traceparent"] }),
    ]);
    assert.equal(recorded.stdout, plain.stdout);
    assert.equal(recorded.exitCode, 0, recorded.stderr);
    assert.equal(without.stdout, plain.stdout);
    const served = servedByPath(recorded.spans);
    const sent = recorded.spans.filter(({ scope }) => scope === "http.client");
    const ids = new Map(sent.map((span) => [span.id, span]));
    for (const [path, span] of Object.entries(served)) {
      if (path === "/own" || path === "/outside" || path === "/") continue;
      const parent = ids.get(span.parentId);
      assert.equal(
        new URL(String(parent?.attributes["url.full"])).pathname,
        path,
      );
      assert.equal(span.traceId, parent!.traceId);
      assert.equal(parent!.w3cTraceId, TRACE_SEED + hex(parent!.traceId));
    }
    assert.deepEqual([served["/own"]!.parentId, served["/own"]!.w3cTraceId], [
      0,
      FOREIGN,
    ]);
    assert.deepEqual([
      served["/outside"]!.parentId,
      served["/outside"]!.w3cTraceId,
    ], [
      0,
      undefined,
    ]);
    const own = sent.filter(({ attributes }) => String(attributes["url.full"]).endsWith("/own"));
    assert.deepEqual(own.map(({ w3cTraceId }) => w3cTraceId), [
      undefined,
      undefined,
      undefined,
    ]);
    assert.ok(
      without.spans.every(({ w3cTraceId }) => w3cTraceId === undefined),
    );
    const servedWithout = without.spans.filter(({ scope }) => scope === "http.server");
    assert.ok(servedWithout.every(({ parentId }) => parentId === 0));
  });

  test(`traceparent on ${runtime}: servers take up the trace of a request`, async () => {
    const program = `
    import { createServer } from "node:http";
    const { Deno, Bun } = globalThis as any;
    const relayed: unknown[] = [];
    const inner = createServer((request, response) => {
      relayed.push(request.headers.traceparent);
      response.end();
    });
    await new Promise<void>((resolve) => inner.listen(0, resolve));
    const { port: innerPort } = inner.address() as any;
    const relay = async () => {
      await (await fetch("http://localhost:" + innerPort + "/relayed")).text();
      return new Response("ok");
    };
    const outer = Deno
      ? Deno.serve({ port: 0, onListen() {} }, relay)
      : Bun
      ? Bun.serve({ port: 0, fetch: relay })
      : createServer(async (_, response) => response.end(await (await relay()).text()));
    if (!Deno && !Bun) await new Promise<void>((resolve) => outer.listen(0, resolve));
    const port = outer.addr?.port ?? outer.port ?? outer.address().port;
    for (const [path, traceparent] of ${
      JSON.stringify([
        ["/elsewhere", `00-${TRACE_SEED}${hex(7)}-${hex(ELSEWHERE)}-01`],
        ["/foreign", `00-${FOREIGN}-${PARENT}-01`],
        ["/wrong", `00-${FOREIGN}-${PARENT}`],
      ])
    }) {
      await (await fetch("http://localhost:" + port + path, { headers: { traceparent } })).text();
    }
    console.log(JSON.stringify(relayed));
    await (outer.shutdown?.() ?? outer.stop?.(true) ?? outer.close());
    outer.closeAllConnections?.();
    inner.close();
    inner.closeAllConnections?.();
    `;
    const { spans, stdout, exitCode, stderr } = await runRecorded(
      runtime,
      program,
    );
    assert.equal(exitCode, 0, stderr);
    const served = servedByPath(spans);
    const [elsewhere, foreign, wrong] = JSON.parse(stdout) as string[];
    const sent = spans.filter(({ attributes }) => {
      return String(attributes["url.full"]).endsWith("/relayed");
    });

    const first = served["/elsewhere"]!;
    assert.deepEqual([first.parentId, first.traceId, first.parentName], [
      ELSEWHERE,
      7,
      "GET",
    ]);
    assert.equal(elsewhere, `00-${TRACE_SEED}${hex(7)}-${hex(sent[0]!.id)}-01`);

    const second = served["/foreign"]!;
    assert.deepEqual([second.parentId, second.traceId], [0, second.id]);
    assert.equal(second.w3cTraceId, FOREIGN);
    assert.equal(second.attributes["http.response.status_code"], 200);
    assert.equal(foreign, `00-${FOREIGN}-${hex(sent[1]!.id)}-01`);
    assert.equal(sent[1]!.w3cTraceId, FOREIGN);

    const third = served["/wrong"]!;
    assert.deepEqual([third.parentId, third.w3cTraceId], [0, undefined]);
    assert.equal(
      wrong,
      `00-${TRACE_SEED}${hex(third.id)}-${hex(sent[2]!.id)}-01`,
    );
  });
}

function hex(id: number): string {
  return id.toString(16).padStart(16, "0");
}
