import assert from "node:assert/strict";
import { test } from "node:test";
import { ASK, servedByPath, statusOf } from "../helpers/http_programs.ts";
import { runRecorded } from "../helpers/recorded_program.ts";

const MOD = JSON.stringify(new URL("../../mod.ts", import.meta.url).href);

test("Bun.serve: every way to answer looks the same to the client and has its span", async () => {
  const program = `${ASK}
  const boom = new TypeError("boom");
  const text = (part: string) => new TextEncoder().encode(part);
  const upstream = Bun.serve({ port: 0, fetch: () => new Response(stream()) });
  function stream() {
    return new ReadableStream({
      async start(controller) {
        controller.enqueue(text("a"));
        await Bun.sleep(50);
        controller.enqueue(text("b"));
        controller.close();
      },
    });
  }
  const server = Bun.serve({ port: 0, error: () => new Response("sorry", { status: 500 }),
    async fetch(request) {
      switch (new URL(request.url).pathname) {
        case "/text": return new Response("text");
        case "/json": return Response.json({ a: 1 }, { status: 201, headers: { "x-y": "z" } });
        case "/empty": return new Response(null, { status: 204 });
        case "/304": return new Response(null, { status: 304 });
        case "/503": return new Response("later", { status: 503 });
        case "/slow": await Bun.sleep(30); return new Response("slow");
        case "/file": return new Response(Bun.file(import.meta.dirname + "/text.txt"));
        case "/stream": return new Response(stream());
        case "/generator": return new Response((async function* () {
          yield "a";
          await Bun.sleep(30);
          yield "b";
        })() as never);
        case "/proxy": return fetch("http://localhost:" + upstream.port + "/upstream");
        case "/endless": return new Response(new ReadableStream({
          async pull(controller) { await Bun.sleep(5); controller.enqueue(text("x")); },
        }));
        case "/throw": throw boom;
      }
      return new Response("?", { status: 404 });
    },
  });
  const { port } = server;
  for (const path of ["/text?token=hush&page=2", "/json", "/empty", "/304", "/503", "/slow",
    "/file", "/stream", "/generator", "/proxy", "/throw", "/nothing"]) await ask(port, path);
  await ask(port, "/text-head", { method: "HEAD" });
  const controller = new AbortController();
  const endless = await fetch("http://localhost:" + port + "/endless", controller);
  const reader = endless.body!.getReader();
  await reader.read();
  controller.abort();
  await reader.closed.catch((error) => console.log(error.name));
  await Bun.sleep(100);
  await server.stop(true);
  await upstream.stop(true);
  `;
  const options = { files: { "text.txt": "from a file" } };
  const [plain, recorded] = await Promise.all([
    runRecorded("bun", program, { ...options, plain: true }),
    runRecorded("bun", program, options),
  ]);
  assert.equal(recorded.stdout, plain.stdout);
  assert.equal(recorded.exitCode, 0);

  const spans = servedByPath(recorded.spans);
  assert.deepEqual(
    ["/text", "/json", "/empty", "/304", "/503", "/file", "/throw", "/nothing", "/endless"]
      .map((path) => statusOf(spans[path])),
    [
      ["unset", 200],
      ["unset", 201],
      ["unset", 204],
      ["unset", 304],
      ["error", 503],
      ["unset", 200],
      ["error", 500],
      ["unset", 404],
      ["error", 200],
    ],
  );
  assert.equal(spans["/endless"]!.attributes["error.type"], "aborted");
  assert.equal(spans["/throw"]!.attributes["error.type"], "TypeError");
  assert.equal(spans["/throw"]!.events[0]!.attributes["exception.message"], "boom");
  assert.ok(spans["/slow"]!.durationMs >= 28, "a handler that waits");
  for (const [path, leastMs] of [["/stream", 48], ["/generator", 28], ["/proxy", 48]] as const) {
    assert.ok(spans[path]!.durationMs >= leastMs, `${path}: a body that takes its time`);
  }
  const { "server.port": port, ...attributes } = spans["/text"]!.attributes;
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
  assert.equal(Object.keys(spans).length, 15);
});

test("Bun.serve: routes, reload, upgrades and what a program can see of them", async () => {
  const program = `${ASK}
  console.log(Bun.serve.name, Bun.serve.length);
  const server = Bun.serve({
    port: 0,
    routes: {
      "/users/:id": (request) => new Response(request.params.id),
      "/orders/:id": {
        GET: async function (this: unknown, request) {
          return new Response([this === server, arguments.length, request.params.id].join());
        },
        PUT: new Response("put"),
      },
      "/static": new Response("static"),
      "/teapot": () => { throw new Error("teapot"); },
      "/async-teapot": async () => { throw new Error("teapot"); },
      "/broken": () => { throw new Error("other"); },
    },
    websocket: { message(socket, message) { socket.send("echo " + message); } },
    fetch(this: unknown, request, self) {
      if (self.upgrade(request)) return;
      return new Response([this === server, self === server, arguments.length].join());
    },
    error(error) {
      if (error.message === "teapot") return new Response("teapot", { status: 418 });
      return new Response("caught " + error.message, { status: 500 });
    },
  });
  const { port } = server;
  console.log(server.reload.name, server.reload.length, server.upgrade.name, server.upgrade.length);
  for (const path of ["/users/7", "/orders/8", "/static", "/teapot", "/async-teapot", "/broken",
    "/other"]) await ask(port, path);
  await ask(port, "/orders/8", { method: "PUT" });
  const socket = new WebSocket("ws://localhost:" + port + "/socket");
  console.log(await new Promise((resolve) => {
    socket.onopen = () => socket.send("hello");
    socket.onmessage = ({ data }) => resolve(data);
  }));
  socket.close();
  console.log(server.reload({
    routes: { "/new/:id": () => new Response("new") },
    fetch: () => new Response("reloaded"),
  }) === server);
  await ask(port, "/new/1");
  await ask(port, "/users/7");
  for (const wrong of [[], [{}], [{ fetch: 5 }], [null]]) {
    try { (Bun.serve as any)(...wrong); } catch (error) { console.log(String(error)); }
  }
  class Config {
    #port = 0;
    get port() { return this.#port; }
    fetch() { return new Response("of a class"); }
  }
  const other = Bun.serve(new Config() as never);
  await ask(other.port, "/class");
  await Promise.all([server.stop(true), other.stop(true)]);
  `;
  const [plain, recorded] = await Promise.all([
    runRecorded("bun", program, { plain: true }),
    runRecorded("bun", program),
  ]);
  assert.equal(recorded.stdout, plain.stdout);
  const served = recorded.spans.filter(({ scope }) => scope === "http.server");
  assert.deepEqual(
    served.map((span) => [span.name, ...statusOf(span)].join(" ")).sort(),
    [
      "GET /async-teapot unset 418",
      "GET /broken error 500",
      "GET /new/:id unset 200",
      "GET /orders/:id unset 200",
      "GET /teapot unset 418",
      "GET /users/:id unset 200",
      "GET unset 101",
      "GET unset 200",
      "GET unset 200",
      "GET unset 200",
    ],
  );
  const user = served.find(({ name }) => name === "GET /users/:id");
  assert.equal(user!.attributes["http.route"], "/users/:id");
});

test("Bun.serve: the default export of the main module is served and seen", async () => {
  const program = `
  export default {
    port: 0,
    fetch(request: Request, server: { stop(): void }) {
      server.stop();
      return new Response("served");
    },
  };
  const { serve } = Bun;
  Bun.serve = function (options: never) {
    const server = serve(options);
    fetch("http://localhost:" + server.port).then((answer) => answer.text()).then(console.log);
    return server;
  } as never;
  `;
  const { stdout, spans } = await runRecorded("bun", program);
  assert.match(stdout, /^served$/m);
  assert.deepEqual(statusOf(servedByPath(spans)["/"]), ["unset", 200]);
});

test("Bun.serve: what a handler does are children of its request, also among many", async () => {
  const program = `
  import { profiler } from ${MOD};
  const server = Bun.serve({ port: 0, async fetch(request) {
    const id = new URL(request.url).searchParams.get("id")!;
    await Bun.sleep(Math.random() * 5);
    await profiler.span("work " + id, () => Bun.sleep(Math.random() * 5));
    return new Response(id);
  } });
  await Promise.all(Array.from({ length: 100 }, async (_, id) => {
    await (await fetch("http://localhost:" + server.port + "/?id=" + id)).text();
  }));
  await server.stop(true);
  `;
  const { spans } = await runRecorded("bun", program);
  const requests = new Map(
    spans.filter(({ scope }) => scope === "http.server").map((span) => {
      return [span.id, String(span.attributes["url.query"]).slice("id=".length)];
    }),
  );
  assert.equal(requests.size, 100);
  const children = spans.filter(({ scope }) => scope === "manual");
  assert.equal(children.length, 100);
  for (const { name, parentId } of children) {
    assert.equal(name.split(" ")[1], requests.get(parentId), name);
  }
});
