/**
 * The entry of the command line. Only here are mistakes told and exit codes
 * given:
 *
 * ```
 * main ─▶ program (commands and flags) ─▶ commands/* ─▶ render/*
 *      └▶ commands/run, ab (read their own arguments) ─▶ run/*, ab/*
 * ```
 *
 * @module
 */
import process from "node:process";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { UsageError } from "./errors.ts";
import { type Io, processIo } from "./io.ts";
import { restrictUmask } from "../src/runtime/private_umask.ts";

/** Something is wrong with ferret itself. */
const EXIT_INTERNAL = 70;

/** Exit codes of errors that are the user's to know, by name. */
const EXIT_CODES: ReadonlyMap<string, number> = new Map([
  ["UsageError", 2],
  ["OutputError", 2],
  ["CannotSayError", 3],
  ["RecordingError", 4],
]);

/**
 * Runs ferret.
 *
 * @param argv Arguments after the program's name.
 * @param io Default: the process's own streams.
 * @returns The exit code, when everything has been printed.
 */
export async function main(argv: readonly string[], io?: Io): Promise<number> {
  const own = io === undefined ? processIo() : undefined;
  // A test that calls this is not ferret's process.
  if (own !== undefined) restrictUmask();
  const used = io ?? own!;
  let exitCode: number;
  try {
    exitCode = await dispatch(argv, used);
  } catch (error) {
    exitCode = await explain(error, used);
  }
  await own?.flushed();
  return exitCode;
}

async function dispatch(argv: readonly string[], io: Io): Promise<number> {
  // Flags of the program that is run must not be taken for ferret's.
  if (argv[0] === "run") return await runCommand(argv.slice(1), io);
  // What is typed is not there to be understood.
  if (argv[0] === "__complete") return await answerShell(argv.slice(1), io);
  if (argv[0] === "ab") return await abCommand(argv.slice(1), io);
  const [{ createProgram }, { CommanderError }] = await Promise.all([
    import("./program.ts"),
    import("commander"),
  ]);
  let exitCode = 0;
  const program = createProgram(io, (code) => exitCode = code);
  if (argv.length === 0) {
    io.err(program.helpInformation());
    return 2;
  }
  try {
    await program.parseAsync(helpBelow(program, argv), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version are printed already.
    if (error.exitCode === 0) return 0;
    if (error.code === "commander.help") return 2;
    if (error.code === "commander.unknownCommand" && isScript(argv[0]!)) {
      throw new UsageError(
        error.message.replace(/^error: |\n.*/gs, ""),
        `Try ferret run ${argv[0]}`,
      );
    }
    const isKnown = program.commands.some((command) => command.name() === argv[0]);
    throw toUsageError(error.message, isKnown ? `ferret ${argv[0]} --help` : "ferret --help");
  }
  return exitCode;
}

/** `help baseline save` as commander takes it, whose own help goes one level down. */
function helpBelow(program: CommandUnknownOpts, argv: readonly string[]): string[] {
  const [help, parent, ...rest] = argv;
  const isGroup = program.commands.some((command) =>
    command.name() === parent && command.commands.length > 0
  );
  return help === "help" && isGroup && rest.length > 0 ? [parent!, ...rest, "--help"] : [...argv];
}

/** Whether somebody forgot to say `run`. */
function isScript(word: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(word);
}

async function runCommand(argv: readonly string[], io: Io): Promise<number> {
  const { run } = await import("./commands/run.ts");
  return await run(argv, io);
}

async function answerShell(argv: readonly string[], io: Io): Promise<number> {
  const complete = await import("./commands/complete.ts");
  return await complete.answerShell(argv, io);
}

async function abCommand(argv: readonly string[], io: Io): Promise<number> {
  const { ab } = await import("./commands/ab.ts");
  return await ab(argv, io);
}

/** "error: unknown option '--fromat'\n(Did you mean --format?)" as a sentence and a hint. */
function toUsageError(message: string, help: string): UsageError {
  const [sentence = "", suggestion] = message.replace(/^error: /, "").split("\n", 2);
  const hint = suggestion?.replace(/^\((.*)\)$/, "$1") ?? `${help} says what there is`;
  return new UsageError(sentence.replace(/\.$/, ""), hint);
}

async function explain(error: unknown, io: Io): Promise<number> {
  const { name, message, hint } = error as { name?: string; message?: string; hint?: string };
  const exitCode = EXIT_CODES.get(name ?? "");
  if (!(error instanceof Error) || exitCode === undefined) {
    const stack = error instanceof Error ? error.stack ?? String(error) : String(error);
    io.err(`ferret: a fault of ferret's own, please report it\n${stack}\n`);
    return EXIT_INTERNAL;
  }
  const { sanitize } = await import("../src/model/sanitize.ts");
  io.err(`ferret: ${sanitize(message!)}\n`);
  if (hint !== undefined) io.err(`${sanitize(hint)}\n`);
  return exitCode;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
