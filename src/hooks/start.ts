/**
 * What runs in the profiled program before its first line: maps the ring,
 * starts the recorder, installs the hooks.
 *
 * Whatever goes wrong here costs the recording and never the program: this
 * module lets no error out.
 *
 * @module
 */
import type { ProgramConfig } from "../model/program_config.ts";
import { createCalibration } from "../recorder/calibration.ts";
import { createContext } from "../recorder/context.ts";
import { flushed } from "../recorder/flush.ts";
import { Recorder } from "../recorder/recorder.ts";
import { publishProfiler } from "../recorder/registry.ts";
import { seedOf } from "../recorder/sampler.ts";
import { createTracing } from "../recorder/tracing.ts";
import { H_THREAD, ringBytes, ringSizes } from "../ring/layout.ts";
import { createRing, openRing, type RingMemory } from "../ring/memory.ts";
import { startPipeSender } from "../ring/pipe_sender.ts";
import { createClock } from "../runtime/clock.ts";
import { forgetLibc } from "../runtime/libc.ts";
import { mapFile } from "../runtime/map_file.ts";
import { processId } from "../runtime/self.ts";
import { bunServe } from "./bun_serve.ts";
import { denoServe } from "./deno_serve.ts";
import { fetchHook } from "./fetch.ts";
import { hideVariables } from "./hidden_environment.ts";
import { BuiltinWatch } from "./builtin_watch.ts";
import { DATABASE_HOOKS } from "./databases/all.ts";
import { bunFiles } from "./files/bun_files.ts";
import { denoFiles } from "./files/deno_files.ts";
import { nodeFs } from "./files/node_fs.ts";
import type { Parsers } from "./functions/parsers.ts";
import { keepSecrets } from "./kept_secrets.ts";
import type { Hook } from "./hook.ts";
import { installHooks } from "./install_hooks.ts";
import { metrics } from "./metrics/metrics.ts";
import { http2Client } from "./http2_client.ts";
import { http2Server } from "./http2_server.ts";
import { dns } from "./dns.ts";
import { net } from "./net.ts";
import { nodeHttp } from "./node_http.ts";
import { nodeHttpClient } from "./node_http_client.ts";
import { openTelemetry } from "./opentelemetry/opentelemetry.ts";
import type { ModuleSpans } from "./modules/module_spans.ts";
import { modules } from "./modules/modules.ts";
import { PackageFiles } from "./package_files.ts";
import { workers } from "./workers/workers.ts";
import { processes } from "./processes/processes.ts";
import { elysiaRoutes } from "./routes/elysia.ts";
import { expressRoutes } from "./routes/express.ts";
import { fastifyRoutes } from "./routes/fastify.ts";
import { honoRoutes } from "./routes/hono.ts";
import { koaRoutes } from "./routes/koa.ts";
import { oakRoutes } from "./routes/oak.ts";
import { timers } from "./timers.ts";
import { tracingChannel } from "./tracing_channels/tracing_channel.ts";
import { traceparent } from "./trace_context.ts";
import { undici } from "./undici.ts";
import { watchModules } from "./watch_modules.ts";
import { bunServerSockets } from "./websockets/bun_server.ts";
import { globalSockets } from "./websockets/global_sockets.ts";
import { nodeSockets } from "./websockets/node_sockets.ts";
import { wsPackage } from "./websockets/ws_package.ts";

/** All hooks: one file each. */
export const HOOKS: readonly Hook[] = [
  // The first: what sends or reads the header asks for it.
  traceparent,
  denoServe,
  bunServe,
  nodeHttp,
  nodeHttpClient,
  http2Server,
  http2Client,
  undici,
  globalSockets,
  nodeSockets,
  bunServerSockets,
  wsPackage,
  expressRoutes,
  fastifyRoutes,
  honoRoutes,
  koaRoutes,
  elysiaRoutes,
  oakRoutes,
  fetchHook,
  denoFiles,
  bunFiles,
  nodeFs,
  dns,
  net,
  processes,
  workers,
  modules,
  ...DATABASE_HOOKS,
  tracingChannel,
  openTelemetry,
  metrics,
  // Last: timers of other hooks are not the program's.
  timers,
];

/**
 * Starts recording in this thread. Never throws.
 *
 * @param ring Memory of its ring, where this thread may not map it itself.
 */
export function start(config: ProgramConfig, parsers?: Parsers, ring?: ArrayBufferLike): void {
  try {
    hideVariables(config.hiddenEnvironment);
    keepSecrets(config.keepsSecrets === true);
    const recorder = openRecorder(config, ring);
    publishProfiler({
      ...createTracing(recorder),
      flush: () => flushed(recorder.producer),
    });
    const builtins = new BuiltinWatch();
    const packages = new PackageFiles();
    let loading: ModuleSpans | undefined;
    installHooks(HOOKS, {
      recorder,
      config,
      onModule: (names, install) => builtins.on(names, install),
      patchSource: (patch) => packages.addSource(patch),
      onPackage: (patch) => packages.addPackage(patch),
      watchLoading: (watcher) => void (loading = watcher),
    });
    watchModules(config, { recorder, builtins, packages, modules: loading, parsers });
  } catch {
    // Nothing is recorded; the ring says so, since no producer ever attached to it.
  } finally {
    if (config.revokeFfi) revokeFfi();
  }
}

function openRecorder(config: ProgramConfig, ring: ArrayBufferLike | undefined): Recorder {
  const memory = config.transport === "pipe" ? createOwnRing(config) : openRing(
    ring === undefined ? mapFile(config.ringPath!, config.ringBytes!) : new Uint8Array(ring),
  );
  const pump = config.transport === "pipe" ? startPipeSender(memory, processId()) : undefined;
  const clock = createClock();
  const context = createContext();
  const recorder = new Recorder(memory, {
    clock,
    context,
    overflow: config.overflow,
    minDurationNs: config.minDurationNs,
    sampling: config.sampling === undefined
      ? undefined
      : { ...config.sampling, seed: seedOf(config.runId, memory.i32[H_THREAD]!) },
    calibrate: createCalibration(clock, context),
    pid: processId(),
    pump,
    threadInfo: {
      kind: config.threadKind ?? "main",
      process: config.process,
      parentProcess: config.threadKind === "worker" ? undefined : config.parent?.process,
      name: config.threadName ?? "",
    },
  });
  if (config.parent !== undefined) recorder.adopt(config.parent);
  return recorder;
}

/** Transport `pipe`: the ring is this process's own, and its bytes are sent on. */
function createOwnRing(config: ProgramConfig): RingMemory {
  const sizes = ringSizes(config.segmentBytes!);
  return createRing(new Uint8Array(new SharedArrayBuffer(ringBytes(sizes))), {
    sizes,
    identity: {
      process: config.process,
      thread: config.thread,
      consumerPid: processId(),
      consumerStart: 0,
    },
    readySegments: 1,
  });
}

/** Deno: what ferret needed for mapping is no permission of the program's. */
export function revokeFfi(): void {
  forgetLibc();
  (globalThis as unknown as {
    Deno: { permissions: { revokeSync(descriptor: { name: string }): void } };
  }).Deno.permissions.revokeSync({ name: "ffi" });
}
