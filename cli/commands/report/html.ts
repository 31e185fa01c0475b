/**
 * `ferret report --html <file>`: the report as a page in one file.
 *
 * @module
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { sanitize } from "../../../src/model/sanitize.ts";
import type { SpanReader } from "../../../src/model/span_reader.ts";
import { FERRET_VERSION } from "../../../src/model/version.ts";
import { clientBundle } from "../../../src/report/client_bundle.ts";
import { embedRuns } from "../../../src/report/embed.ts";
import { htmlPage } from "../../../src/report/html.ts";
import type { Io } from "../../io.ts";
import { openInBrowser } from "../../open_in_browser.ts";
import { OutputFile } from "../../output_file.ts";
import { readRecording } from "../../read_recording.ts";
import { commandLine } from "../../render/run_facts.ts";
import { formatSize, parseSize } from "../../run/size.ts";
import { asUsage } from "../../usage.ts";
import type { ReportCommandOptions } from "../report.ts";

/** Of the data in the page; its own code takes another 100 kB. */
const DEFAULT_MAX_SIZE = "20MB";

/** Writes the page of one run, or of the run and the candidate of the options. */
export async function reportHtml(
  reader: SpanReader,
  options: ReportCommandOptions,
  io: Io,
): Promise<void> {
  if (options.candidate === undefined) return await writePage([reader], options, io);
  // The run of `--run` is the baseline: the candidate says its own.
  await readRecording(
    { recording: options.candidate },
    // One line of progress is enough.
    { ...io, isErrTerminal: false },
    (other) => writePage([reader, other], options, io),
  );
}

async function writePage(
  readers: readonly SpanReader[],
  options: ReportCommandOptions,
  io: Io,
): Promise<void> {
  const maxBytes = asUsage(() => parseSize(options.maxSize ?? DEFAULT_MAX_SIZE));
  const path = resolve(
    options.html ?? join(mkdtempSync(join(tmpdir(), "ferret-")), "report.html"),
  );
  // Before the work, so that a wrong path is told at once.
  const file = OutputFile.create(path);
  let omissions: string[];
  try {
    const client = await clientBundle();
    const embedded = await embedRuns(readers, { maxBytes });
    omissions = embedded.omissions;
    const runs = readers.map(({ run, path }) => ({
      title: commandLine(run),
      source: `${path}#${run.n}`,
    }));
    const head = { ferretVersion: FERRET_VERSION, runs, omissions };
    for (const piece of htmlPage({ client, head, blocks: embedded.blocks })) file.write(piece);
    file.finish();
  } catch (error) {
    file.discard();
    throw error;
  }
  io.out(`${sanitize(options.html ?? path)}: ${formatSize(file.bytes)}\n`);
  for (const omission of omissions) io.err(`ferret: ${sanitize(omission)}\n`);
  if (!options.open) return;
  const problem = await openInBrowser(path);
  if (problem !== undefined) io.err(`ferret: the report could not be opened: ${problem}\n`);
}
