/**
 * A setting that cannot be used, before anybody knows which line of which file
 * it stands in.
 *
 * @module
 */
import type { KeyPath } from "./key_path.ts";

/** What is wrong with the setting at a path. */
export class SettingError extends Error {
  override name = "SettingError";
  readonly path: KeyPath;
  /** What to do instead. */
  readonly hint: string | undefined;
  /** Whether it is the key that is wrong, whatever its value. */
  readonly isKey: boolean;

  /** @param state Why, as the end of a sentence. */
  constructor(path: KeyPath, state: string, about: { hint?: string; isKey?: boolean } = {}) {
    super(state);
    this.path = path;
    this.hint = about.hint;
    this.isKey = about.isKey ?? false;
  }
}
