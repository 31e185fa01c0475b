import assert from "node:assert/strict";
import { test } from "node:test";
import { programRuntimes } from "../helpers/processes.ts";
import { runRecorded } from "../helpers/recorded_program.ts";

const MOD = JSON.stringify(new URL("../../mod.ts", import.meta.url).href);

const SERVER = `
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
const server = createServer((request, response) => {
  response.statusCode = request.url!.startsWith("/missing") ? 404 : 200;
  setTimeout(() => response.end(request.method), 20);
});
await new Promise<void>((resolve) => server.listen(0, resolve));
const origin = "http://localhost:" + (server.address() as AddressInfo).port;
function close() { server.close(); server.closeAllConnections?.(); }
`;

for (const runtime of programRuntimes()) {
  test(`fetch on ${runtime}: requests are spans, below what made them`, async () => {
    const program = `${SERVER}
    import { profiler } from ${MOD};
    console.log(fetch.name, fetch.length, Object.keys(fetch).join());
    const text = async (...args: unknown[]) => {
      return await (await (fetch as any)(...args)).text();
    };
    await profiler.span("outer", async () => {
      console.log(await text(origin + "/a?api_key=hush&b=2#part"));
    });
    console.log(await text(new URL(origin + "/missing"), { method: "post", body: "x" }));
    console.log(await text(new Request(origin + "/put", { method: "PUT", body: "y" })));
    console.log(await text(new Request(origin + "/get"), { method: "DELETE" }));
    const { fetch: kept } = globalThis;
    console.log(await (await kept(origin + "/kept")).text());
    const secrets = ["http://me:hush@localhost:1/?token=hush", "http://me:hush@local host/?token=hush"];
    for (const wrong of [[], ["http://"], [Symbol()], ...secrets.map((url) => [url])]) {
      await text(...wrong).catch((error) => console.log(error.name));
    }
    await text(origin + "/abort", { signal: AbortSignal.abort() }).catch(({ name }) => console.log(name));
    close();
    `;
    const [plain, recorded] = await Promise.all([
      runRecorded(runtime, program, { plain: true }),
      runRecorded(runtime, program),
    ]);
    assert.equal(recorded.stdout, plain.stdout);
    assert.equal(recorded.exitCode, 0);
    const sent = recorded.spans.filter(({ scope }) => scope === "http.client");
    const outer = recorded.spans.find(({ name }) => name === "outer")!;
    const [first, missing, put, remove, kept] = sent;
    assert.equal(first!.parentId, outer.id);
    assert.equal(first!.kind, "client");
    assert.ok(first!.durationMs >= 18);
    assert.match(String(first!.attributes["url.full"]), /\/a\?api_key=REDACTED&b=2$/);
    assert.equal(first!.attributes["server.address"], "localhost");
    assert.equal(first!.attributes["http.response.status_code"], 200);
    assert.deepEqual([missing!.name, missing!.status], ["POST", "error"]);
    assert.equal(missing!.attributes["error.type"], "404");
    assert.deepEqual([put!.name, remove!.name, kept!.name], ["PUT", "DELETE", "GET"]);
    const failed = sent.slice(5);
    assert.ok(failed.length >= 4 && failed.every(({ status }) => status === "error"));
    assert.ok(failed.every(({ attributes }) => typeof attributes["error.type"] === "string"));
    assert.doesNotMatch(JSON.stringify(recorded.spans), /hush/);
  });

  test(`fetch on ${runtime}: a rejection that nobody handles ends the program as before`, async () => {
    const program = `
    setTimeout(() => console.log("still here"), 5000);
    fetch("http://localhost:1/");
    `;
    const [plain, recorded] = await Promise.all([
      runRecorded(runtime, program, { plain: true }),
      runRecorded(runtime, program),
    ]);
    assert.notEqual(plain.exitCode, 0);
    assert.equal(recorded.exitCode, plain.exitCode);
    assert.equal(recorded.stdout, "");
    assert.equal(recorded.spans[0]!.status, "error");
  });
}
