/**
 * `ferret completions`: prints the script that teaches a shell ferret's words.
 *
 * @module
 */
import { BASH_SCRIPT } from "../completions/scripts/bash.ts";
import { FISH_SCRIPT } from "../completions/scripts/fish.ts";
import { ZSH_SCRIPT } from "../completions/scripts/zsh.ts";
import type { Io } from "../io.ts";

/** Shells that there is a script for. */
export type Shell = "bash" | "zsh" | "fish";

const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: BASH_SCRIPT,
  zsh: ZSH_SCRIPT,
  fish: FISH_SCRIPT,
};

/** @returns 0. */
export function completions(shell: Shell, io: Io): number {
  io.out(SCRIPTS[shell]);
  return 0;
}
