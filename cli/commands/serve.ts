/**
 * `ferret serve`: the report as a page, answered from the recording, so that
 * nothing is left out for its size.
 *
 * @module
 */
import process from "node:process";
import type { SpanReader } from "../../src/model/span_reader.ts";
import { sanitize } from "../../src/model/sanitize.ts";
import { FERRET_VERSION } from "../../src/model/version.ts";
import { RunAnswers } from "../../src/report/answer.ts";
import { clientBundle } from "../../src/report/client_bundle.ts";
import { contentSecurityPolicy, htmlPage } from "../../src/report/html.ts";
import { parsePageRequest } from "../../src/report/page_requests.ts";
import { UsageError } from "../errors.ts";
import type { Io } from "../io.ts";
import { openInBrowser } from "../open_in_browser.ts";
import { readRecording, type RecordingOptions } from "../read_recording.ts";
import { commandLine } from "../render/run_facts.ts";
import { servePage } from "../serve/page_server.ts";

/** Options of `ferret serve`. */
export interface ServeOptions extends RecordingOptions {
  /** A run to compare with. */
  candidate?: string | undefined;
  /** Default: one that is free. */
  port?: number | undefined;
  /** Whether to open the page in a browser. */
  open?: boolean | undefined;
}

const MAX_PORT = 65_535;

/** Serves until it is interrupted. @returns 0. @throws {RecordingError} @throws {UsageError} */
export async function serve(options: ServeOptions, io: Io): Promise<number> {
  const { port = 0 } = options;
  if (port > MAX_PORT) {
    throw new UsageError(`Cannot serve on port ${port}: expected 0 to ${MAX_PORT}`);
  }
  // No progress is shown: waiting for questions is not work.
  const quiet: Io = { ...io, isErrTerminal: false };
  await readRecording(options, quiet, async (reader) => {
    if (options.candidate === undefined) return await serveRuns([reader], options, io);
    await readRecording(
      { recording: options.candidate },
      quiet,
      (other) => serveRuns([reader, other], options, io),
    );
  });
  return 0;
}

async function serveRuns(
  readers: readonly SpanReader[],
  options: ServeOptions,
  io: Io,
): Promise<void> {
  const client = await clientBundle();
  const connect = { connect: true };
  const head = {
    ferretVersion: FERRET_VERSION,
    runs: readers.map(({ run, path }) => ({
      title: commandLine(run),
      source: `${path}#${run.n}`,
    })),
    omissions: [],
  };
  const answers = readers.map((reader) => new RunAnswers(reader));
  const page = {
    html: [...htmlPage({ client, head }, connect)].join(""),
    contentSecurityPolicy: contentSecurityPolicy(client, connect),
    answer: async (body: unknown) => {
      const request = parsePageRequest(body);
      return await answers[request.run]?.answer(request);
    },
  };
  const server = await servePage(page, options.port).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      `Cannot serve on port ${options.port}: ${
        error.code === "EADDRINUSE"
          ? "it is taken"
          : error.code === "EACCES"
          ? "permission denied"
          : error.message
      }`,
    );
  });
  io.out(`${server.url}\n`);
  if (options.open) {
    const problem = await openInBrowser(server.url);
    if (problem !== undefined) {
      io.err(`ferret: the page could not be opened: ${sanitize(problem)}\n`);
    }
  }
  await interrupted();
  await server.close();
}

/** Ctrl-C, or what a service manager sends. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}
