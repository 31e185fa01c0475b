/**
 * What `ferret baseline` takes, and what its help says.
 *
 * @module
 */
import { type Command, Option } from "@commander-js/extra-typings";
import { TEXT_FORMATS } from "../formats.ts";
import type { Io } from "../io.ts";
import { filterOption } from "./options.ts";

const BASELINE_HELP = `
Examples:
  ferret baseline save                     what was recorded last, under the branch's name
  ferret baseline save main runs.duckdb#1-10
  ferret diff main                         against what was recorded last
  ferret baseline show main --filter 'http.server:*'

Baselines are files in .ferret/baselines of the project, a few KB for each name of
spans, to be committed, cached or uploaded.`;

const SAVE_HELP = `
Examples:
  ferret baseline save                     under the name of the run's branch
  ferret baseline save main runs.duckdb#1-10
  ferret baseline save main --add          one more run for it`;

const LIST_HELP = `
Examples:
  ferret baseline list
  ferret baseline list --format json`;

const SHOW_HELP = `
Examples:
  ferret baseline show main
  ferret baseline show main --filter 'http.server:*'`;

const REMOVE_HELP = `
Examples:
  ferret baseline rm old-branch older-branch`;

export function addBaseline(program: Command, io: Io, finish: (exitCode: number) => void): void {
  const baseline = program.command("baseline")
    .description("keep runs to compare with: save, list, show, rm")
    .helpCommand("help [command]", "print the help of a command")
    .addHelpText("after", BASELINE_HELP);
  addSave(baseline, io, finish);
  baseline.command("list")
    .description("list the baselines of the project")
    .addOption(formatOption())
    .addHelpText("after", LIST_HELP)
    .action(async (options) => {
      const { listSaved } = await import("../commands/baseline/list.ts");
      finish(listSaved(options, io));
    });
  baseline.command("show")
    .description("show what a baseline holds")
    .argument("<name>", "its name, or the path of its file")
    .addOption(filterOption())
    .addOption(formatOption())
    .addHelpText("after", SHOW_HELP)
    .action(async (name, options) => {
      const { showBaseline } = await import("../commands/baseline/show.ts");
      finish(await showBaseline({ name, ...options }, io));
    });
  baseline.command("rm")
    .description("remove baselines")
    .argument("<names...>", "their names")
    .addHelpText("after", REMOVE_HELP)
    .action(async (names) => {
      const { removeBaselines } = await import("../commands/baseline/remove.ts");
      finish(removeBaselines(names, io));
    });
}

function addSave(baseline: Command, io: Io, finish: (exitCode: number) => void): void {
  baseline.command("save")
    .description("keep what compares runs with others")
    .argument("[name]", "how to call it (default: the branch of the run, else default)")
    .argument(
      "[recording]",
      "rec.duckdb (its runs of the same program), rec.duckdb#1-5,8 (default: what was " +
        "recorded last into out.duckdb)",
    )
    .option("--add", "keep the runs that the baseline has, too")
    .addOption(filterOption())
    .addHelpText("after", SAVE_HELP)
    .action(async (name, recording, options) => {
      const { saveBaseline } = await import("../commands/baseline/save.ts");
      finish(await saveBaseline({ name, recording, ...options }, io));
    });
}

function formatOption() {
  return new Option("--format <format>", "how to print it").choices(TEXT_FORMATS)
    .default("text" as const);
}
