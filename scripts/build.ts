/**
 * Builds the package: JavaScript, type declarations and source maps in dist/.
 *
 * What runs in the profiled program before its first line is bundled into one
 * file, because Deno and Bun take longer to find and link forty small modules
 * than to run them.
 *
 * @module
 */
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleJoinScript } from "./bundle_join_script.ts";
import { bundleReportClient } from "./bundle_report_client.ts";
import { ROOT } from "./root.ts";
import { projectEnvironment } from "./runtimes.ts";

/** Modules that a preload imports by URL: cli/run/preload.ts. */
const PRELOADED = ["src/hooks/thread_start", "src/hooks/auto_serve"];

const DIST = join(ROOT, "dist");

function compile(): void {
  const { status } = spawnSync("tsc", ["--project", "tsconfig.build.json"], {
    cwd: ROOT,
    env: projectEnvironment(),
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) throw new Error("Cannot build: the sources do not compile");
}

async function bundlePreload(): Promise<void> {
  await build({
    entryPoints: PRELOADED.map((path) => join(DIST, `${path}.js`)),
    outdir: DIST,
    outbase: DIST,
    chunkNames: "src/hooks/chunks/[name]-[hash]",
    allowOverwrite: true,
    bundle: true,
    // What is loaded on first use stays in files of its own.
    splitting: true,
    packages: "external",
    format: "esm",
    platform: "neutral",
    target: "es2024",
    sourcemap: true,
    logLevel: "warning",
  });
}

rmSync(DIST, { recursive: true, force: true });
compile();
await bundlePreload();
writeFileSync(join(DIST, "join_script.cjs"), await bundleJoinScript());
writeFileSync(join(DIST, "report_client.json"), JSON.stringify(await bundleReportClient()));
