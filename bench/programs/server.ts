/**
 * An http server on the runtime's own server, with a function or two behind
 * it. Prints its port; ends when it is asked for /stop.
 *
 * @module
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";

function greet(name: string): string {
  return `Hello, ${name}`;
}

function answer(path: string): string {
  if (path === "/stop") setTimeout(() => process.exit(0), 10);
  return greet(path.slice(1) || "world");
}

function tellPort(port: number | undefined): void {
  console.log(JSON.stringify({ port }));
}

if ("Bun" in globalThis) {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => new Response(answer(new URL(request.url).pathname)),
  });
  tellPort(server.port);
} else if ("Deno" in globalThis) {
  Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: ({ port }) => tellPort(port) },
    (request) => new Response(answer(new URL(request.url).pathname)),
  );
} else {
  const server = createServer((request, response) => response.end(answer(request.url!)));
  server.listen(0, "127.0.0.1", () => tellPort((server.address() as AddressInfo).port));
}
