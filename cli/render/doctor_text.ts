/**
 * What `ferret doctor` found, for people and as JSON.
 *
 * @module
 */
import type { Examination, ExaminedHook } from "../doctor/examine.ts";
import type { FoundRuntime } from "../doctor/runtimes.ts";
import type { Io } from "../io.ts";
import { formatSize } from "../run/size.ts";
import { countOf } from "../../src/model/numbers.ts";
import { sanitize, toSafeJson } from "../../src/model/sanitize.ts";
import { type Style, styleFor } from "./style.ts";
import { renderTable } from "./text_table.ts";

const RUNTIMES = ["deno", "bun", "node"] as const;

/** The examination for the terminal. */
export function doctorText(found: Examination, io: Pick<Io, "columns" | "isColored">): string {
  const style = styleFor(io);
  const options = { columns: io.columns, styleTitle: (line: string) => style("dim", line) };
  const runtimes = renderTable(found.runtimes, [
    { title: "runtime", align: "left", text: ({ name }) => name },
    { title: "version", align: "left", text: ({ version }) => sanitize(version ?? "-") },
    { title: "recorded", align: "left", text: ({ works }) => yesOrNo(works), style: marked(style) },
    { title: "through", align: "left", text: (row) => row.works ? row.transport : "-" },
    { title: "why", align: "left", text: whyRuntime, shrinks: true },
    { title: "path", align: "left", text: ({ path }) => sanitize(path ?? "-"), dropOrder: 1 },
  ], options);
  const hooks = renderTable(found.hooks, [
    { title: "hook", align: "left", text: ({ name }) => name },
    ...RUNTIMES.map((runtime) => ({
      title: runtime,
      align: "left" as const,
      text: (row: ExaminedHook) => yesOrNo(row.runtimes[runtime].works),
    })),
    { title: "records", align: "left", text: ({ observes }) => observes, shrinks: true },
    { title: "why", align: "left", text: whyHook, dropOrder: 1 },
  ], options);
  const packages = found.packages.length === 0
    ? "no package with a hook of its own in node_modules\n"
    : renderTable(found.packages, [
      { title: "package", align: "left", text: ({ name }) => sanitize(name) },
      { title: "version", align: "left", text: ({ version }) => sanitize(version) },
      { title: "hook", align: "left", text: ({ hook }) => hook },
      { title: "verdict", align: "left", text: ({ verdict }) => verdict },
      { title: "why", align: "left", text: ({ reason }) => reason ?? "" },
    ], options);
  return [head(found, style), runtimes, memoryLine(found), packages, functionsLine(found), hooks]
    .join("\n");
}

function head({ ferretVersion, platform, script, chosen }: Examination, style: Style): string {
  const what = script === undefined ? "A script here" : sanitize(script);
  return `${
    style("title", `ferret ${ferretVersion}, ${platform}`)
  }\n${what} runs under ${chosen}\n`;
}

function yesOrNo(works: boolean): string {
  return works ? "yes" : "no";
}

function marked(style: Style): (text: string, row: FoundRuntime) => string {
  return (text, { works }) => works ? text : style("bad", text);
}

function whyRuntime({ reason, works, transportReason }: FoundRuntime): string {
  return sanitize(reason ?? (works ? transportReason : undefined) ?? "");
}

/** Reasons that hold for several runtimes are said once. */
function whyHook({ runtimes }: ExaminedHook): string {
  const byReason = new Map<string, string[]>();
  for (const runtime of RUNTIMES) {
    const { reason } = runtimes[runtime];
    if (reason !== undefined) byReason.set(reason, [...byReason.get(reason) ?? [], runtime]);
  }
  return [...byReason].map(([reason, names]) =>
    reason.startsWith("only on") ? reason : `${names.join(", ")}: ${reason}`
  ).join("; ");
}

function memoryLine({ sharedMemory: { canMap, reason, places } }: Examination): string {
  if (!canMap) return `shared memory: no, ${reason}: records travel through a pipe\n`;
  const rooms = places.map(({ path, freeBytes }) =>
    `${path} ${
      freeBytes === undefined ? "(free space not known)" : `${formatSize(freeBytes)} free`
    }`
  );
  return `shared memory: ${rooms.join(", ")}\n`;
}

function functionsLine({ functions: { root, files, isPartial } }: Examination): string {
  const count = isPartial ? `more than ${countOf(files, "file")}` : countOf(files, "file");
  return `functions: of ${count} below ${sanitize(root)}, when they are loaded\n`;
}

/** The examination for programs. */
export function doctorJson(found: Examination): string {
  const { sharedMemory, functions } = found;
  const value = {
    ferret: found.ferretVersion,
    platform: found.platform,
    script: found.script ?? null,
    chosen_runtime: found.chosen,
    runtimes: found.runtimes.map((row) => ({
      name: row.name,
      path: row.path ?? null,
      version: row.version ?? null,
      works: row.works,
      reason: row.reason ?? null,
      transport: row.transport,
      transport_reason: row.transportReason ?? null,
    })),
    shared_memory: {
      can_map: sharedMemory.canMap,
      reason: sharedMemory.reason ?? null,
      places: sharedMemory.places.map(({ path, freeBytes }) => ({
        path,
        free_bytes: freeBytes ?? null,
      })),
    },
    packages: found.packages.map((row) => ({ ...row, reason: row.reason ?? null })),
    functions: { root: functions.root, files: functions.files, is_partial: functions.isPartial },
    hooks: found.hooks.map(({ name, observes, runtimes }) => ({
      name,
      observes,
      runtimes: Object.fromEntries(
        RUNTIMES.map((runtime) => {
          const { works, reason } = runtimes[runtime];
          return [runtime, { works, reason: reason ?? null }];
        }),
      ),
    })),
  };
  return `${toSafeJson(value)}\n`;
}
