/**
 * Bundles the code of the report's page: a script and its styles.
 *
 * @module
 */
import { build } from "esbuild";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./root.ts";

/** The page's own code. */
export interface BundledClient {
  script: string;
  styles: string;
}

/** Bundles it. */
export async function bundleReportClient(): Promise<BundledClient> {
  const { outputFiles } = await build({
    entryPoints: [
      join(ROOT, "src/report/client/page.ts"),
      join(ROOT, "src/report/client/page.css"),
    ],
    // Only names the results: nothing is written.
    outdir: join(ROOT, "dist"),
    bundle: true,
    write: false,
    minify: true,
    format: "iife",
    platform: "browser",
    target: "es2022",
    charset: "ascii",
    // The library asks for its licence to stay with it, and has it in a file of its own.
    legalComments: "none",
    banner: { js: `/* uPlot:\n${uplotLicense()}*/` },
    logLevel: "error",
  });
  const find = (suffix: string) => outputFiles.find(({ path }) => path.endsWith(suffix))!.text;
  return { script: find(".js").trim(), styles: find(".css").trim() };
}

function uplotLicense(): string {
  return readFileSync(join(ROOT, "node_modules/uplot/LICENSE"), "utf8");
}
