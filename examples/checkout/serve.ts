/**
 * A server with routes, on the server of the runtime.
 *
 * @module
 */

/** Parts of the path that the route left open, by name. */
export type Parameters = Record<string, string | undefined>;

export type Handler = (
  request: Request,
  parameters: Parameters,
) => Response | Promise<Response>;

/** Handlers by method and path, `GET /carts/:id`. */
export type Routes = Record<string, Handler>;

export interface RunningServer {
  url: string;
  stop: () => Promise<void>;
}

/** Serves on a free port of this machine. */
export function serve(routes: Routes): RunningServer {
  return "Bun" in globalThis ? serveOnBun(routes) : serveOnDeno(routes);
}

function serveOnDeno(routes: Routes): RunningServer {
  const table = Object.entries(routes).map(([route, handler]) => {
    const [method, pathname] = route.split(" ") as [string, string];
    return { method, pattern: new URLPattern({ pathname }), handler };
  });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      for (const { method, pattern, handler } of table) {
        if (request.method !== method) continue;
        const match = pattern.exec(request.url);
        if (match !== null) return await answer(handler, request, match.pathname.groups);
      }
      return new Response("not found", { status: 404 });
    },
  );
  return { url: `http://127.0.0.1:${server.addr.port}`, stop: () => server.shutdown() };
}

function serveOnBun(routes: Routes): RunningServer {
  const table: Record<string, Record<string, (request: Bun.BunRequest) => Promise<Response>>> = {};
  for (const [route, handler] of Object.entries(routes)) {
    const [method, pathname] = route.split(" ") as [string, string];
    table[pathname] ??= {};
    table[pathname][method] = async (request) => {
      return await answer(handler, request, request.params as Parameters);
    };
  }
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    routes: table,
    fetch: () => new Response("not found", { status: 404 }),
  });
  return { url: `http://127.0.0.1:${server.port}`, stop: () => server.stop(true) };
}

/** A handler that fails is an answer as well. */
async function answer(
  handler: Handler,
  request: Request,
  parameters: Parameters,
): Promise<Response> {
  try {
    return await handler(request, parameters);
  } catch (error) {
    return new Response(String(error), { status: error instanceof RangeError ? 400 : 500 });
  }
}
