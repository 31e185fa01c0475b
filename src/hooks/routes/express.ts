/**
 * The routes of Express 4 and 5. Express puts the matching route on the request
 * before it runs its handlers, which is when the span gets its name.
 *
 * A router that is mounted under a path with parameters says in `req.baseUrl`
 * only what was asked for; its own path is found among the layers it is in.
 *
 * @module
 */
import type { Hook } from "../hook.ts";
import { HttpRequests } from "../http_requests.ts";
import { Array, Map, Object, String, WeakMap } from "../../runtime/intrinsics.ts";

/** Lets servers of node:http look for the routes. */
export const expressRoutes: Hook = {
  name: "express",
  runtimes: ["deno", "bun", "node"],
  install({ recorder }) {
    HttpRequests.of(recorder).findsExpressRoutes = true;
  },
};

interface Route {
  path?: unknown;
}

interface Router {
  stack?: Layer[];
}

/** What a path matched. */
interface Match {
  path?: string;
  params?: Record<string, unknown>;
}

/** A path and what is called for it, in the list of a router. */
interface Layer extends Match {
  handle?: Router;
  route?: Route;
  /** The match, or in older versions true after it has been put on the layer. */
  match?(path: string): Match | boolean;
}

interface Application {
  handle: unknown;
  request: object;
  parent?: Application;
  mountpath?: unknown;
  /** Express 4. */
  _router?: Router;
  /** Express 5; in Express 4 a getter that throws. */
  router?: Router;
}

interface ExpressRequest {
  app?: Application;
  route?: Route;
  baseUrl?: string;
}

/** Ways through mounted routers to a route; none where no path on them has a parameter. */
const waysToRoute = new WeakMap<object, Layer[][]>();

/** Tells `onRoute` of the routes that an application among the listeners finds. */
export function observeExpress(
  listeners: unknown[],
  onRoute: (request: object, route: string) => void,
): void {
  for (const listener of listeners) {
    if (!isApplication(listener)) continue;
    Object.defineProperty(listener.request, "route", {
      configurable: true,
      enumerable: false,
      get: () => undefined,
      // The request gets the property that it would have had.
      set(this: object, route: Route) {
        Object.defineProperty(this, "route", {
          value: route,
          writable: true,
          enumerable: true,
          configurable: true,
        });
        const template = expressRoute(this);
        if (template !== undefined) onRoute(this, template);
      },
    });
  }
}

/** The route that Express has found for a request, or undefined. */
export function expressRoute(request: object | undefined): string | undefined {
  try {
    const { app, route, baseUrl = "" } = (request ?? {}) as ExpressRequest;
    if (route === undefined || route === null || typeof baseUrl !== "string") return undefined;
    const path = pathText(route.path);
    if (path === undefined) return undefined;
    const mount = baseUrl === "" || app === undefined ? baseUrl : mountPath(app, route, baseUrl);
    const whole = path === "/" && mount !== "" ? mount : mount + path;
    return whole === "" ? "/" : whole;
  } catch {
    return undefined;
  }
}

function isApplication(listener: unknown): listener is Application {
  const { request, handle, mountpath } = listener as Partial<Application>;
  return typeof listener === "function" && typeof request === "object" && request !== null &&
    typeof handle === "function" && mountpath !== undefined;
}

function pathText(path: unknown): string | undefined {
  if (typeof path === "string") return path;
  if (path instanceof RegExp) return String(path);
  return Array.isArray(path) ? path.map(String).join("|") : undefined;
}

/** `baseUrl` with the parameters of the routers that it leads through put back. */
function mountPath(app: Application, route: Route, baseUrl: string): string {
  const outer = app.parent === undefined ? "" : applicationPath(app);
  const inner = app.parent === undefined ? baseUrl : baseUrl.slice(outer.length);
  const known = waysToRoute.get(route);
  const ways = known ?? findWays(app._router ?? app.router, route);
  let hasParameters = false;
  let path: string | undefined;
  for (const way of ways) {
    const template = followWay(way, inner);
    if (template === undefined || template !== inner) hasParameters = true;
    path ??= template;
  }
  if (known === undefined) waysToRoute.set(route, hasParameters ? ways : []);
  return outer + (path ?? inner);
}

/** The path of a way as its routers were mounted, or undefined when `baseUrl` took another. */
function followWay(way: Layer[], baseUrl: string): string | undefined {
  let rest = baseUrl;
  let path = "";
  for (const layer of way) {
    const result = layer.match?.(rest);
    const match = typeof result === "object" ? result : result === true ? layer : {};
    if (typeof match.path !== "string") return undefined;
    path += withParameters(match.path, match.params ?? {});
    rest = rest.slice(match.path.length);
  }
  return rest === "" ? path : undefined;
}

function applicationPath(app: Application): string {
  let path = "";
  for (let inner = app; inner.parent !== undefined; inner = inner.parent) {
    path = `${pathText(inner.mountpath) ?? ""}${path}`;
  }
  return path;
}

/** Layers of mounted routers on all ways to `route`. */
function findWays(router: Router | undefined, route: Route): Layer[][] {
  return (router?.stack ?? []).flatMap((layer) => {
    if (layer.route === route) return [[]];
    if (layer.handle?.stack === undefined) return [];
    return findWays(layer.handle, route).map((way) => [layer, ...way]);
  });
}

/** Puts `:name` in place of each segment that is the value of a parameter. */
function withParameters(path: string, params: Record<string, unknown>): string {
  const names = new Map(Object.entries(params).map(([name, value]) => [String(value), name]));
  return path.split("/").map((segment) => {
    const name = names.get(decoded(segment));
    return name === undefined ? segment : `:${name}`;
  }).join("/");
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
