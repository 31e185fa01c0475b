/**
 * The routes of Oak. It takes requests out of a stream, far from the server's
 * call and so outside of its context: the lines where it wraps a request,
 * handles it and finds its route are made to tell, and handling a request goes
 * on below the request's span.
 *
 * @module
 */
import type { Recorder } from "../../recorder/recorder.ts";
import type { Hook } from "../hook.ts";
import { HttpRequests } from "../http_requests.ts";
import { markRequest, requestOf } from "../request_mark.ts";
import { Object } from "../../runtime/intrinsics.ts";

/** Where patched Oak finds the observer, if there is one. */
const OBSERVER = "__ferret_oak__";

/** Lines of Oak's files, and what takes their place. */
const CHANGES: readonly (readonly [string, string])[] = [
  [
    "this.#request = request;",
    `this.#request = request; globalThis.${OBSERVER}?.wrap(this, request);`,
  ],
  [
    "this.#handleRequest(request, secure, state);",
    `globalThis.${OBSERVER}.handle(request, () => this.#handleRequest(request, secure, state));`,
  ],
  [
    "ctx.captures = route.captures(path);",
    `ctx.captures = route.captures(path); globalThis.${OBSERVER}?.route(ctx, route);`,
  ],
];

interface Context {
  request: { originalRequest: object };
}

interface Route {
  path: string;
  /** Empty for middleware. */
  methods: readonly string[];
}

export const oakRoutes: Hook = {
  name: "oak",
  runtimes: ["deno", "bun", "node"],
  install({ recorder, patchSource }) {
    patchSource({
      file:
        /\/node_modules\/@oakserver\/oak\/(?:esm|script)\/(?:router|application|http_server_(?:bun|node|native_request))\.js$/,
      apply(source) {
        const change = CHANGES.find(([line]) => source.includes(line));
        if (change === undefined) return undefined;
        observeRoutes(recorder);
        return source.replace(change[0], () => change[1]);
      },
    });
  },
};

function observeRoutes(recorder: Recorder): void {
  if (Object.hasOwn(globalThis, OBSERVER)) return;
  const requests = HttpRequests.of(recorder);
  requests.isTracking = true;
  Object.defineProperty(globalThis, OBSERVER, {
    value: {
      wrap(wrapper: object, request: object): void {
        const open = requestOf(request);
        if (open !== undefined) markRequest(wrapper, open);
      },
      handle(wrapper: object, handle: () => unknown): unknown {
        const open = requestOf(wrapper);
        return open === undefined ? handle() : recorder.runWith(open.span, handle);
      },
      route({ request }: Context, { path, methods }: Route): void {
        const open = requestOf(request.originalRequest);
        if (open !== undefined && methods.length > 0) requests.setRoute(open, path);
      },
    },
  });
}
