/**
 * Sentences for the user, each said once however often it happened.
 *
 * @module
 */
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
export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n", 1)[0]!;
}
