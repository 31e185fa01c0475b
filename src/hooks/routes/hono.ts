/**
 * The routes of Hono. It keeps what it matched to itself, so the line that
 * looks up the handlers of a request is made to tell.
 *
 * @module
 */
import type { Recorder } from "../../recorder/recorder.ts";
import type { Hook } from "../hook.ts";
import { HttpRequests } from "../http_requests.ts";
import { requestOf } from "../request_mark.ts";
import { Object } from "../../runtime/intrinsics.ts";

/** Where patched Hono finds the observer, if there is one. */
const OBSERVER = "__ferret_hono__";

const LOOK_UP = "const matchResult = this.router.match(method, path);";
const TELL = ` globalThis.${OBSERVER}?.(request, matchResult, env);`;

interface RouterRoute {
  method: string;
  path: string;
}

type MatchResult = [[[unknown, RouterRoute], unknown][]];

export const honoRoutes: Hook = {
  name: "hono",
  runtimes: ["deno", "bun", "node"],
  install({ recorder, patchSource }) {
    patchSource({
      file: /\/hono\/(?:\d[^/]*\/)?dist\/(?:cjs\/)?hono-base\.js$/,
      apply(source) {
        if (!source.includes(LOOK_UP)) return undefined;
        observeRoutes(recorder);
        return source.replace(LOOK_UP, () => LOOK_UP + TELL);
      },
    });
  },
};

function observeRoutes(recorder: Recorder): void {
  const requests = HttpRequests.of(recorder);
  requests.isTracking = true;
  Object.defineProperty(globalThis, OBSERVER, {
    configurable: true,
    value(request: object, result: MatchResult, env?: { incoming?: object }): void {
      try {
        // On Node, Hono's adapter makes a request of its own from the server's.
        const open = requestOf(request) ??
          requestOf(env?.incoming ?? request);
        const route = open === undefined ? undefined : routeOf(result);
        if (route !== undefined) requests.setRoute(open!, route);
      } catch {
        // A Hono that keeps its routes in another way.
      }
    },
  });
}

/** The route of the last handler: middleware stands before it, if it is not all there is. */
function routeOf([handlers]: MatchResult): string | undefined {
  const route = handlers.at(-1)?.[0][1];
  if (route === undefined || (route.method === "ALL" && route.path.endsWith("*"))) return undefined;
  return route.path;
}
