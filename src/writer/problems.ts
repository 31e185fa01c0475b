/**
 * Sentences for the user, each said once however often it happened.
 *
 * @module
 */
import { diskReason, isDiskError } from "../store/disk_error.ts";
import { OutputError } from "../store/output_error.ts";

export class Problems {
  readonly #sentences = new Set<string>();

  /** All sentences, oldest first. */
  get sentences(): string[] {
    return [...this.#sentences];
  }

  add(sentence: string): void {
    this.#sentences.add(sentence);
  }

  /** Adds what failed and why. */
  addError(what: string, error: unknown): void {
    // An OutputError is a whole sentence already.
    this.add(error instanceof OutputError ? error.message : `${what}: ${firstLine(error)}`);
  }
}

/** The first line of an error's message: DuckDB adds lines that only help its developers. */
function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n", 1)[0]!;
}

/** Why something failed, in a few words. */
export function reasonOf(error: unknown): string {
  return isDiskError(error) ? diskReason(error) : firstLine(error);
}
