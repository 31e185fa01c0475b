/**
 * The routes of Fastify, which announces each new application on a diagnostics
 * channel, and lets anyone look at a request before its handlers run.
 *
 * @module
 */
import type { Recorder } from "../../recorder/recorder.ts";
import { builtin, runtimeName } from "../../runtime/self.ts";
import type { Hook } from "../hook.ts";
import { HttpRequests } from "../http_requests.ts";
import { requestOf } from "../request_mark.ts";

const CHANNEL = "fastify.initialization";

interface FastifyRequest {
  raw: object;
  routeOptions?: { url?: string };
}

interface Fastify {
  addHook(
    name: "onRequest",
    hook: (request: FastifyRequest, reply: unknown, done: () => void) => void,
  ): void;
}

interface Channel {
  subscribe(listener: (message: unknown) => void): void;
}

/** Bun collects channels that nobody holds, subscribers and all. */
const held: Channel[] = [];

export const fastifyRoutes: Hook = {
  name: "fastify",
  runtimes: ["deno", "bun", "node"],
  install({ recorder, onModule }) {
    // Deno loads everything of Node's with the first module of Node's.
    if (runtimeName() === "deno") onModule(["diagnostics_channel"], () => subscribe(recorder));
    else subscribe(recorder);
  },
};

function subscribe(recorder: Recorder): void {
  const { channel } = builtin<{ channel(name: string): Channel }>("node:diagnostics_channel");
  const initialization = channel(CHANNEL);
  held.push(initialization);
  initialization.subscribe((message) => {
    try {
      observeRoutes((message as { fastify: Fastify }).fastify, recorder);
    } catch {
      // Its requests have no routes in their names.
    }
  });
}

function observeRoutes(fastify: Fastify, recorder: Recorder): void {
  const requests = HttpRequests.of(recorder);
  fastify.addHook("onRequest", (request, _reply, done) => {
    const open = requestOf(request.raw);
    const route = request.routeOptions?.url;
    if (open !== undefined && typeof route === "string") requests.setRoute(open, route);
    done();
  });
}
