import assert from "node:assert/strict";
import { test } from "node:test";
import { ASK, servedByPath, statusOf } from "../helpers/http_programs.ts";
import { runRecorded } from "../helpers/recorded_program.ts";

test("Deno.serve: every way to answer looks the same to the client and has its span", async () => {
  const program = `${ASK}
  const boom = new TypeError("boom");
  const text = (part: string) => new TextEncoder().encode(part);
  const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const server = Deno.serve({ port: 0, onListen() {} }, async (request, info) => {
    switch (new URL(request.url).pathname) {
      case "/text": return new Response("text");
      case "/json": return Response.json({ a: 1 }, { status: 201, headers: { "x-y": "z" } });
      case "/bytes": return new Response(text("bytes"));
      case "/empty": return new Response(null, { status: 204 });
      case "/304": return new Response(null, { status: 304 });
      case "/503": return new Response("later", { status: 503 });
      case "/slow": await sleep(30); return new Response("slow");
      case "/file": return new Response((await Deno.open(import.meta.dirname + "/text.txt")).readable);
      case "/stream": return new Response(new ReadableStream({
        async start(controller) {
          controller.enqueue(text("a"));
          await sleep(50);
          controller.enqueue(text("b"));
          controller.close();
        },
      }));
      case "/endless": return new Response(new ReadableStream({
        async pull(controller) { await sleep(5); controller.enqueue(text("x")); },
      }));
      case "/throw": throw boom;
      case "/no-response": return 5 as unknown as Response;
    }
    return new Response("?", { status: 404 });
  });
  const { port } = server.addr;
  for (const path of ["/text?token=hush&page=2", "/json", "/bytes", "/empty", "/304", "/503",
    "/slow", "/file", "/stream", "/throw", "/no-response", "/nothing"]) await ask(port, path);
  await ask(port, "/text-head", { method: "HEAD" });
  await ask(port, "/brew", { method: "BREW" });
  const controller = new AbortController();
  const endless = await fetch("http://localhost:" + port + "/endless", controller);
  const reader = endless.body!.getReader();
  await reader.read();
  controller.abort();
  await reader.closed.catch((error) => console.log(error.name));
  await sleep(100);
  await server.shutdown();
  await server.finished;
  `;
  const options = { files: { "text.txt": "from a file" } };
  const [plain, recorded] = await Promise.all([
    runRecorded("deno", program, { ...options, plain: true }),
    runRecorded("deno", program, options),
  ]);
  assert.equal(recorded.stdout, plain.stdout);
  assert.equal(recorded.exitCode, 0);

  const spans = servedByPath(recorded.spans);
  assert.deepEqual(statusOf(spans["/text"]), ["unset", 200]);
  assert.deepEqual(statusOf(spans["/json"]), ["unset", 201]);
  assert.deepEqual(statusOf(spans["/bytes"]), ["unset", 200]);
  assert.deepEqual(statusOf(spans["/empty"]), ["unset", 204]);
  assert.deepEqual(statusOf(spans["/304"]), ["unset", 304]);
  assert.deepEqual(statusOf(spans["/503"]), ["error", 503]);
  assert.deepEqual(statusOf(spans["/file"]), ["unset", 200]);
  assert.deepEqual(statusOf(spans["/throw"]), ["error", 500]);
  assert.deepEqual(statusOf(spans["/no-response"]), ["error", 500]);
  assert.deepEqual(statusOf(spans["/nothing"]), ["unset", 404]);
  // Deno says of a client that went away that everything was sent; at least it is over.
  assert.deepEqual(statusOf(spans["/endless"]), ["unset", 200]);
  assert.equal(spans["/503"]!.attributes["error.type"], "503");
  assert.equal(spans["/throw"]!.attributes["error.type"], "TypeError");
  assert.equal(spans["/throw"]!.events[0]!.attributes["exception.message"], "boom");
  assert.ok(spans["/slow"]!.durationMs >= 28, "a handler that waits");
  assert.ok(spans["/stream"]!.durationMs >= 48, "a body that takes its time");

  const { "/text": first } = spans;
  assert.equal(first!.name, "GET");
  assert.equal(first!.kind, "server");
  assert.equal(first!.parentId, 0);
  const { "server.port": port, ...attributes } = first!.attributes;
  assert.equal(typeof port, "number");
  assert.deepEqual(attributes, {
    "http.request.method": "GET",
    "url.scheme": "http",
    "server.address": "localhost",
    "http.response.status_code": 200,
    "url.path": "/text",
    "url.query": "token=REDACTED&page=2",
  });
  assert.equal(spans["/text-head"]!.name, "HEAD");
  assert.equal(spans["/brew"]!.name, "HTTP");
  assert.equal(spans["/brew"]!.attributes["http.request.method"], "_OTHER");
  assert.equal(Object.keys(spans).length, 15);
});

test("Deno.serve: all shapes of the call, and what a program can see of them", async () => {
  const program = `${ASK}
  console.log(Deno.serve.name, Deno.serve.length);
  const { serve } = Deno;
  const quiet = { port: 0, onListen() {} };
  const order: string[] = [];
  const servers = [
    serve(quiet, () => new Response("no parameters")),
    serve(quiet, function (request, info) {
      return new Response([typeof this, arguments.length, info.remoteAddr.transport].join());
    }),
    serve({ ...quiet, handler: (request) => new Response(request.method) }),
    serve(new class { port = 0; onListen() {} handler() { return new Response("of a class"); } }),
    serve({ ...quiet, onError: (error) => new Response(String(error), { status: 418 }),
      handler: () => { throw new Error("caught"); } }),
    serve({ ...quiet, onError: async (error) => new Response(String(error), { status: 500 }),
      handler: async () => { throw "a string"; } }),
    serve({ ...quiet, onError: () => new Response("bad", { status: 502 }) }, () => 5 as never),
    serve(quiet, () => ({ then(resolve: (value: Response) => void) {
      order.push("asked");
      resolve(new Response("thenable"));
    } }) as never),
    serve(quiet, (request, info) => {
      info.completed.then(() => order.push("completed"));
      return new Response("completed");
    }),
    serve(quiet, (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onmessage = ({ data }) => socket.send("echo " + data);
      return response;
    }),
  ];
  for (const server of servers.slice(0, -1)) await ask(server.addr.port, "/" + servers.indexOf(server));
  const socket = new WebSocket("ws://localhost:" + servers.at(-1)!.addr.port + "/socket");
  console.log(await new Promise((resolve) => {
    socket.onopen = () => socket.send("hello");
    socket.onmessage = ({ data }) => resolve(data);
  }));
  socket.close();
  console.log(order.join());
  for (const wrong of [[], [{}], [{ handler: 5 }], [null, 5]]) {
    try { (serve as any)(...wrong); } catch (error) { console.log(String(error)); }
  }
  await Promise.all(servers.map((server) => server.shutdown()));
  `;
  const [plain, recorded] = await Promise.all([
    runRecorded("deno", program, { plain: true }),
    runRecorded("deno", program),
  ]);
  assert.equal(recorded.stdout, plain.stdout);
  const spans = servedByPath(recorded.spans);
  assert.deepEqual(
    ["/0", "/3", "/4", "/5", "/6", "/7", "/8", "/socket"].map((path) => statusOf(spans[path])),
    [
      ["unset", 200],
      ["unset", 200],
      ["unset", 418],
      ["error", 500],
      ["error", 502],
      ["unset", 200],
      ["unset", 200],
      ["unset", 101],
    ],
  );
  assert.equal(spans["/5"]!.events[0]!.attributes["exception.message"], "a string");
  assert.match(String(spans["/6"]!.attributes["error.type"]), /TypeError/);
});

test("Deno.serve: what a handler does are children of its request, also among many", async () => {
  const program = `
  import { profiler } from ${JSON.stringify(new URL("../../mod.ts", import.meta.url).href)};
  const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const server = Deno.serve({ port: 0, onListen() {} }, async (request) => {
    const id = new URL(request.url).searchParams.get("id")!;
    await sleep(Math.random() * 5);
    await profiler.span("work " + id, () => sleep(Math.random() * 5));
    return new Response(new ReadableStream({
      async pull(controller) {
        await profiler.span("send " + id, () => sleep(1));
        controller.close();
      },
    }));
  });
  await Promise.all(Array.from({ length: 100 }, async (_, id) => {
    await (await fetch("http://localhost:" + server.addr.port + "/?id=" + id)).text();
  }));
  await server.shutdown();
  `;
  const { spans } = await runRecorded("deno", program);
  const requests = new Map(
    spans.filter(({ scope }) => scope === "http.server").map((span) => {
      return [span.id, String(span.attributes["url.query"]).slice("id=".length)];
    }),
  );
  assert.equal(requests.size, 100);
  const children = spans.filter(({ scope }) => scope === "manual");
  assert.equal(children.length, 200);
  for (const { name, parentId } of children) {
    assert.equal(name.split(" ")[1], requests.get(parentId), name);
  }
});
