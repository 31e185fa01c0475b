import assert from "node:assert/strict";
import { test } from "node:test";
import { ASK, servedByPath, statusOf } from "../helpers/http_programs.ts";
import { programRuntimes } from "../helpers/processes.ts";
import { runRecorded } from "../helpers/recorded_program.ts";

const MOD = JSON.stringify(new URL("../../mod.ts", import.meta.url).href);

const SERVER = `${ASK}
import http, { createServer, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { profiler } from ${MOD};

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function using(server: Server, use: (port: number) => Promise<void>) {
  await new Promise<void>((resolve) => server.listen(0, resolve));
  await use((server.address() as AddressInfo).port);
  await sleep(50);
  server.close();
  server.closeAllConnections?.();
}
`;

for (const runtime of programRuntimes()) {
  test(`node:http on ${runtime}: every way to answer looks the same and has its span`, async () => {
    const program = `${SERVER}
    const gone = new AbortController();
    const server = createServer((request, response) => {
      switch (request.url!.split("?")[0]) {
        case "/end": response.end("end"); break;
        case "/slow": setTimeout(() => response.end("slow"), 30); break;
        case "/chunks": response.write("a"); setTimeout(() => response.end("b"), 40); break;
        case "/204": response.writeHead(204).end(); break;
        case "/500": response.statusCode = 500; response.end("no"); break;
        case "/destroy": response.write("a"); setTimeout(() => response.destroy(), 5); break;
        case "/echo": {
          let bytes = 0;
          request.on("data", (part) => profiler.span("data", () => bytes += part.length));
          request.on("end", () => profiler.span("end", () => response.end(String(bytes))));
          response.on("finish", () => profiler.span("finish", () => {}));
          break;
        }
        case "/never": setTimeout(() => gone.abort(), 5); break;
      }
      console.log(server.listenerCount("request"), request.listenerCount("close"),
        response.listenerCount("finish"), Object.keys(response).includes("emit"));
    });
    await using(server, async (port) => {
      for (const path of ["/end?key=hush", "/slow", "/chunks", "/204", "/500", "/destroy"]) {
        await ask(port, path);
      }
      await ask(port, "/end-head", { method: "HEAD" });
      await ask(port, "/echo", { method: "POST", body: "x".repeat(100_000) });
      await ask(port, "/never", gone);
    });
    `.replace('"/end":', '"/end": case "/end-head":');
    const [plain, recorded] = await Promise.all([
      runRecorded(runtime, program, { plain: true }),
      runRecorded(runtime, program),
    ]);
    assert.equal(recorded.stdout, plain.stdout);
    assert.equal(recorded.exitCode, 0, recorded.stderr);
    const spans = servedByPath(recorded.spans);
    assert.deepEqual(
      ["/end", "/slow", "/chunks", "/204", "/500", "/destroy", "/end-head", "/echo", "/never"]
        .map((path) => statusOf(spans[path])),
      [
        ["unset", 200],
        ["unset", 200],
        ["unset", 200],
        ["unset", 204],
        ["error", 500],
        ["error", 200],
        ["unset", 200],
        ["unset", 200],
        ["error", undefined],
      ],
    );
    assert.equal(spans["/destroy"]!.attributes["error.type"], "aborted");
    assert.ok(spans["/slow"]!.durationMs >= 28);
    assert.ok(spans["/chunks"]!.durationMs >= 38);
    assert.equal(spans["/end"]!.attributes["url.query"], "key=REDACTED");
    assert.equal(spans["/end"]!.attributes["server.address"], "localhost");
    assert.equal(spans["/end-head"]!.name, "HEAD");

    const echo = recorded.spans.filter(({ scope }) => scope === "manual");
    assert.ok(echo.length >= 3);
    for (const { name, traceId } of echo) assert.equal(traceId, spans["/echo"]!.id, name);
  });

  test(`node:http on ${runtime}: servers made in any way, and requests apart`, async () => {
    const program = `${SERVER}
    const own = new Server();
    own.on("request", async (request, response) => {
      const id = request.url!.slice(1);
      await sleep(Math.random() * 5);
      await profiler.span("work " + id, () => sleep(Math.random() * 5));
      response.end(id);
    });
    await using(own, async (port) => {
      await Promise.all(Array.from({ length: 50 }, async (_, id) => {
        await (await fetch("http://localhost:" + port + "/" + id)).text();
      }));
    });
    class Derived extends http.Server {}
    await using(new Derived((_, response) => response.end("derived")), (port) => {
      return ask(port, "/derived");
    });
    `;
    const { spans, stdout } = await runRecorded(runtime, program);
    assert.match(stdout, /derived/);
    const served = servedByPath(spans);
    assert.equal(Object.keys(served).length, 51);
    const children = spans.filter(({ scope }) => scope === "manual");
    assert.equal(children.length, 50);
    for (const { name, parentId } of children) {
      assert.equal(served[`/${name.split(" ")[1]}`]!.id, parentId, name);
    }
  });
}
