/**
 * What `ferret completions` takes, and what its help says.
 *
 * @module
 */
import { Argument, type Command } from "@commander-js/extra-typings";
import type { Io } from "../io.ts";

const COMPLETIONS_HELP = `
Examples:
  eval "$(ferret completions bash)"                              in ~/.bashrc
  source <(ferret completions zsh)                               in ~/.zshrc, behind compinit
  ferret completions fish > ~/.config/fish/completions/ferret.fish

Completes commands, options and their values, recordings, runs behind # and the
names of spans.`;

export function addCompletions(program: Command, io: Io, finish: (code: number) => void): void {
  program.command("completions")
    .description("print a script that completes commands, runs and names in a shell")
    .addArgument(
      new Argument("<shell>", "the shell").choices(["bash", "zsh", "fish"] as const),
    )
    .addHelpText("after", COMPLETIONS_HELP)
    .action(async (shell) => {
      const { completions } = await import("../commands/completions.ts");
      finish(completions(shell, io));
    });
}
