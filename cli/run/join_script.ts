/**
 * The script that a Deno process loads to join a run. The package has it built;
 * in the repository it is built when it is needed, and kept until a source changes.
 *
 * @module
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../", import.meta.url);

/** The script in UTF-8; it expects its settings in the constant `FERRET_CONFIG`. */
export async function joinScript(): Promise<Uint8Array> {
  if (!import.meta.url.endsWith(".ts")) {
    return readFileSync(new URL("join_script.cjs", ROOT));
  }
  const cache = fileURLToPath(new URL("node_modules/.cache/ferret/", ROOT));
  const path = join(cache, `join_script_${newestSource()}.cjs`);
  if (existsSync(path)) return readFileSync(path);
  const builder = new URL("scripts/bundle_join_script.ts", ROOT).href;
  const { bundleJoinScript } = await import(builder) as {
    bundleJoinScript(): Promise<string>;
  };
  mkdirSync(cache, { recursive: true });
  writeFileSync(path, await bundleJoinScript());
  return readFileSync(path);
}

/** When the newest source was changed, in milliseconds. */
function newestSource(): number {
  const folder = fileURLToPath(new URL("src/", ROOT));
  const entries = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const times = entries.filter((name) => name.endsWith(".ts"))
    .map((name) => statSync(join(folder, name)).mtimeMs);
  return Math.round(Math.max(...times));
}
