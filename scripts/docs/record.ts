/**
 * Runs the terminal sessions of the documentation in a folder that has the
 * examples, so that what it shows is what was printed.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import process from "node:process";
import { ROOT } from "../root.ts";
import { findRuntime } from "../runtimes.ts";
import { applyDiff, findSteps, withOutputs } from "./sessions.ts";

/** Documents with sessions; each begins with nothing but the examples. */
export const RECORDED_DOCUMENTS = [
  "README.md",
  "docs/tutorial.md",
  "docs/reports.md",
  "docs/comparing.md",
  "docs/gate.md",
  "docs/ci.md",
] as const;

/**
 * Records one document.
 *
 * @param use What else to do with the folder and the recordings in it.
 */
export async function recordDocument(
  document: string,
  use: (folder: string) => Promise<void> | void = () => {},
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "ferret-docs-"));
  try {
    cpSync(join(ROOT, "examples"), join(folder, "examples"), { recursive: true });
    const environment = environmentIn(folder);
    const path = join(ROOT, document);
    const text = readFileSync(path, "utf8");
    const outputs: string[] = [];
    for (const step of findSteps(text)) {
      if (step.kind === "diff") {
        const file = join(folder, step.file);
        writeFileSync(file, applyDiff(readFileSync(file, "utf8"), step.diff));
      } else {
        for (const command of step.commands) outputs.push(runCommand(command, folder, environment));
      }
    }
    writeFileSync(path, withOutputs(text, outputs));
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `ferret` is the one of this checkout, and the runtimes are those of the project. */
function environmentIn(folder: string): NodeJS.ProcessEnv {
  const deno = findRuntime("deno").path;
  const bin = join(folder, "bin");
  cpSync(join(ROOT, "scripts/docs/ferret.sh"), join(bin, "ferret"));
  return {
    ...process.env,
    FERRET_ROOT: ROOT,
    FERRET_DENO: deno,
    PATH: [bin, join(ROOT, "node_modules/.bin"), process.env["PATH"]].join(delimiter),
    NO_COLOR: "1",
  };
}

function runCommand(command: string, cwd: string, env: NodeJS.ProcessEnv): string {
  console.log(`$ ${command}`);
  const { status, stdout } = spawnSync("bash", ["-c", `{ ${command}\n} 2>&1`], {
    cwd,
    env,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  // A gate that fails, and a program that Ctrl-C ended, are part of the story.
  if (status === null || status === 2 || status === 70) {
    throw new Error(`${command} ended with exit code ${status}:\n${stdout}`);
  }
  return stdout.replaceAll(`${cwd}/`, "").replaceAll("\r\n", "\n");
}
