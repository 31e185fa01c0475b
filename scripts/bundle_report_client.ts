/**
 * Bundles the code of the report's page: a script and its styles.
 *
 * @module
 */
import { build } from "esbuild";
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
    legalComments: "inline",
    logLevel: "error",
  });
  const find = (suffix: string) => outputFiles.find(({ path }) => path.endsWith(suffix))!.text;
  return { script: find(".js").trim(), styles: find(".css").trim() };
}
