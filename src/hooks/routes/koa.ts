/**
 * The routes of Koa's router, which notes the matching route on Koa's context:
 * the line that does so is made to tell the request too.
 *
 * @module
 */
import type { Recorder } from "../../recorder/recorder.ts";
import type { Hook } from "../hook.ts";
import { HttpRequests } from "../http_requests.ts";
import { requestOf } from "../request_mark.ts";
import { Object, String } from "../../runtime/intrinsics.ts";

/** Where the patched router finds the observer, if there is one. */
const OBSERVER = "__ferret_koa__";

const NOTE = /(\b\w+)\._matchedRoute = (\w+)\.path;/g;

export const koaRoutes: Hook = {
  name: "koa",
  runtimes: ["deno", "bun", "node"],
  install({ recorder, patchSource }) {
    patchSource({
      file: /\/(?:@koa\/router|koa-router)\/(?:\d[^/]*\/)?(?:dist\/index\.m?js|lib\/router\.js)$/,
      apply(source) {
        const patched = source.replace(
          NOTE,
          `$& globalThis.${OBSERVER}?.($1.req, $2.path);`,
        );
        if (patched === source) return undefined;
        observeRoutes(recorder);
        return patched;
      },
    });
  },
};

function observeRoutes(recorder: Recorder): void {
  const requests = HttpRequests.of(recorder);
  Object.defineProperty(globalThis, OBSERVER, {
    configurable: true,
    value(request: object, path: unknown): void {
      const open = requestOf(request);
      if (open !== undefined) requests.setRoute(open, String(path));
    },
  });
}
