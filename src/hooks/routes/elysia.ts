/**
 * The routes of Elysia. It compiles a function for each route from text: the
 * place where it may put the route's path is made to tell it. On Bun, Elysia
 * gives most routes to `Bun.serve`, which knows them as well. Routes of an app
 * with `aot: false` are not known.
 *
 * @module
 */
import type { Recorder } from "../../recorder/recorder.ts";
import type { Hook } from "../hook.ts";
import { HttpRequests } from "../http_requests.ts";
import { requestOf } from "../request_mark.ts";
import { Object } from "../../runtime/intrinsics.ts";

/** Where compiled routes find the observer, if there is one. */
const OBSERVER = "__ferret_elysia__";

const ROUTE = "(hasTrace || inference.route) && (fnLiteral += ";
const TELL = `fnLiteral += "globalThis.${OBSERVER}?.(c.request," + JSON.stringify(path) + ")\\n", `;

/** Elysia's adapter for Node makes a request of its own from the server's. */
interface AdaptedRequest {
  runtime?: { node?: { req?: object } };
}

export const elysiaRoutes: Hook = {
  name: "elysia",
  runtimes: ["deno", "bun", "node"],
  install({ recorder, patchSource }) {
    patchSource({
      file: /\/node_modules\/elysia\/dist\/compose\.(?:mjs|js)$/,
      apply(source) {
        if (!source.includes(ROUTE)) return undefined;
        observeRoutes(recorder);
        return source.replace(ROUTE, () => TELL + ROUTE);
      },
    });
  },
};

function observeRoutes(recorder: Recorder): void {
  const requests = HttpRequests.of(recorder);
  requests.isTracking = true;
  Object.defineProperty(globalThis, OBSERVER, {
    configurable: true,
    value(request: object & AdaptedRequest, route: string): void {
      try {
        const open = requestOf(request) ?? requestOf(request.runtime?.node?.req ?? request);
        if (open !== undefined) requests.setRoute(open, route);
      } catch {
        // A request of another adapter.
      }
    },
  });
}
