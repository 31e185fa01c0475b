/**
 * A small server for JSON on node:http.
 *
 * @module
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a handler is told. */
export interface ShopRequest {
  /** What stands for `:id` in the path. */
  id: string;
  query: URLSearchParams;
  body: string;
}

/** An answer: anything that JSON can say. */
export type Handler = (request: ShopRequest) => unknown;

/** Handlers by method and path: `GET /orders/:id`. */
export type Routes = Record<string, Handler>;

/** Serves on this machine. @returns The port. */
export function serve(port: number, routes: Routes): Promise<number> {
  const server = createServer((request, response) => answer(routes, request, response));
  return new Promise((resolve) => {
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

async function answer(
  routes: Routes,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://shop");
  const [, path, id = ""] = url.pathname.split("/");
  const handler = routes[`${request.method} /${path}${id === "" ? "" : "/:id"}`];
  let status = 404;
  let result: unknown;
  if (handler !== undefined) {
    try {
      result = await handler({ id, query: url.searchParams, body: await textOf(request) });
      status = result === undefined ? 404 : 200;
    } catch (error) {
      status = error instanceof RangeError ? 400 : 502;
    }
  }
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(result ?? { status }));
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  request.setEncoding("utf8");
  for await (const piece of request) text += piece;
  return text;
}
