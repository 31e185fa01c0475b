/**
 * `ferret doctor`: what would be recorded here, what not, and why.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import process from "node:process";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { examine } from "../doctor/examine.ts";
import { UsageError } from "../errors.ts";
import type { TextFormat } from "../formats.ts";
import type { Io } from "../io.ts";
import { doctorJson, doctorText } from "../render/doctor_text.ts";

/** Options of `ferret doctor`. */
export interface DoctorOptions {
  /** Default: whatever is in the current folder. */
  script?: string | undefined;
  runtime?: RuntimeName | undefined;
  /** Default: text. */
  format?: TextFormat | undefined;
}

/** @returns 0 when a program can be recorded here, else 1. @throws {UsageError} */
export function doctor(options: DoctorOptions, io: Io): number {
  const { script, runtime, format = "text" } = options;
  const cwd = process.cwd();
  if (script !== undefined && !existsSync(resolve(cwd, script))) {
    throw new UsageError(`Cannot examine "${script}": there is no such file`);
  }
  const examination = examine(script, { cwd, runtime });
  io.out(format === "json" ? doctorJson(examination) : doctorText(examination, io));
  const chosen = examination.runtimes.find(({ name }) => name === examination.chosen);
  return chosen?.works === true ? 0 : 1;
}
