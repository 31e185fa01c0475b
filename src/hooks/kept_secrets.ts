/**
 * Whether URLs and queries are recorded with the secrets in them, as
 * `--no-redact` has it. One setting for the thread, set before any hook is
 * installed.
 *
 * @module
 */

let areKept = false;

/** From now on secrets are recorded. */
export function keepSecrets(shouldKeep = true): void {
  areKept = shouldKeep;
}

/** Whether secrets are recorded. */
export function areSecretsKept(): boolean {
  return areKept;
}
