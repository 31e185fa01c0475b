/**
 * Runs an example of the documentation, and compares what it prints with what
 * it says it prints: the comment after each `console.log(…); //`.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../root.ts";
import { findRuntime } from "../runtimes.ts";

/** Runs TypeScript that imports "ferret". @returns What is wrong, if anything is. */
export function runExample(code: string): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "ferret-docs-"));
  try {
    writeFileSync(join(folder, "example.ts"), code);
    const { status, stdout, stderr } = spawnSync(
      findRuntime("deno").path,
      ["run", "--allow-all", "--check", "--config", join(ROOT, "deno.json"), "example.ts"],
      { cwd: folder, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } },
    );
    if (status !== 0) return `it fails: ${stderr}`;
    const expected = expectedOutput(code);
    const printed = stdout.trimEnd();
    return printed === expected ? undefined : `it prints ${printed} and not ${expected}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What an example says that it prints. */
export function expectedOutput(code: string): string {
  return [...code.matchAll(/console\.log\(.*\);? *\/\/ *(.+)$/gm)]
    .map((match) => match[1]!.trim())
    .join("\n");
}
