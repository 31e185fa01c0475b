/**
 * The code of the page. The package has it built; in the repository it is built
 * when it is needed, and kept until a source changes.
 *
 * @module
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { ClientBundle } from "./html.ts";

const ROOT = new URL("../../", import.meta.url);

/** Folders with what the page is made of. */
const SOURCES = ["src/report", "src/analysis", "src/model"];

/** Reads the page's script and styles. */
export async function clientBundle(): Promise<ClientBundle> {
  if (!import.meta.url.endsWith(".ts")) {
    return JSON.parse(readFileSync(new URL("report_client.json", ROOT), "utf8"));
  }
  const cache = fileURLToPath(new URL("node_modules/.cache/ferret/", ROOT));
  const path = join(cache, `report_client_${newestSource()}.json`);
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8"));
  const builder = new URL("scripts/bundle_report_client.ts", ROOT).href;
  const { bundleReportClient } = await import(builder) as {
    bundleReportClient(): Promise<ClientBundle>;
  };
  const bundle = await bundleReportClient();
  mkdirSync(cache, { recursive: true });
  // Others may build it at the same time: nobody is to read half of it.
  const partial = `${path}.${process.pid}`;
  writeFileSync(partial, JSON.stringify(bundle));
  renameSync(partial, path);
  return bundle;
}

/** When the newest source was changed, in milliseconds. */
function newestSource(): number {
  const times = SOURCES.flatMap((source) => {
    const folder = fileURLToPath(new URL(`${source}/`, ROOT));
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(ts|css)$/.test(name))
      .map((name) => statSync(join(folder, name)).mtimeMs);
  });
  return Math.round(Math.max(...times));
}
