/**
 * Bundles what a Deno process loads to join a run: one script, since such a
 * process may not read a second file.
 *
 * @module
 */
import { build } from "esbuild";
import { join } from "node:path";
import { ROOT } from "./root.ts";

const ENTRY = `
import * as acorn from "acorn";
import * as codec from "@jridgewell/sourcemap-codec";
import { joinRun } from "./src/hooks/thread_start.ts";
joinRun(FERRET_CONFIG, { acorn, codec });
`;

/** Returns the script; it expects its settings in the constant `FERRET_CONFIG`. */
export async function bundleJoinScript(): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: ROOT, sourcefile: join(ROOT, "join_script.ts") },
    bundle: true,
    write: false,
    format: "cjs",
    platform: "neutral",
    mainFields: ["module", "main"],
    target: "es2024",
    logLevel: "error",
    // Only Node and Bun load more than this, by paths of their own.
    define: { "import.meta.url": '"file:///"' },
  });
  return outputFiles[0]!.text;
}
