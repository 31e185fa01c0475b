/**
 * Verdicts as GitHub's workflow commands: annotations at the lines that they
 * are about, the worst first, below the text for the log.
 *
 * The runner takes a line for a command when it begins with `::`, or when
 * `##[` is anywhere in it. Names must not give it orders: in commands they are
 * escaped as its parser undoes it (ActionCommand.cs), and it is told not to
 * listen while the text is printed.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { formatCount } from "../../../src/model/numbers.ts";
import { sanitize } from "../../../src/model/sanitize.ts";
import { shortenMiddle } from "../width.ts";
import { countItems, type GateItem, type GateView, rankItems, verdictLine } from "./gate_view.ts";
import type { ToRepositoryPath } from "./repository.ts";

/** Annotations of each kind that GitHub shows of a step. */
export const MAX_ANNOTATIONS = 10;

/** A name of a megabyte fits nowhere. */
const MAX_TITLE = 200;
const MAX_MESSAGE = 4_000;

type Level = "error" | "warning" | "notice";

/** @param text The same for people: what stands in the log. */
export function toGithub(view: GateView, text: string, toPath: ToRepositoryPath): string {
  const ranked = rankItems(view.items);
  const failed = ranked.filter(({ verdict }) => verdict === "fail");
  const unclear = view.warnsOfEach
    ? ranked.filter(({ verdict }) => verdict === "inconclusive")
    : [];
  const lines = [
    ...failed.slice(0, MAX_ANNOTATIONS).map((item) => annotate("error", item, toPath)),
    ...unclear.slice(0, MAX_ANNOTATIONS).map((item) => annotate("warning", item, toPath)),
  ];
  const title = `ferret ${view.kind}`;
  if (view.verdict === "inconclusive" && unclear.length === 0) {
    lines.push(command("warning", { title }, verdictLine(view)));
  }
  const more = Math.max(0, failed.length - MAX_ANNOTATIONS) +
    Math.max(0, unclear.length - MAX_ANNOTATIONS);
  if (more > 0) {
    const said = `${formatCount(more)} more: the summary of the job has them all`;
    lines.push(command("notice", { title }, said));
  }
  if (view.verdict === "pass") lines.push(command("notice", { title }, verdictLine(view)));
  return `${silenced(text)}${lines.join("")}`;
}

function annotate(level: Level, item: GateItem, toPath: ToRepositoryPath): string {
  const file = item.place === undefined ? undefined : toPath(item.place.file);
  return command(level, {
    file,
    line: file === undefined ? undefined : String(Math.max(1, item.place!.line)),
    title: shortenMiddle(sanitize(`ferret: ${item.subject}: ${item.question}`), MAX_TITLE),
  }, item.message);
}

/** Text with which the runner does nothing but print it. */
function silenced(text: string): string {
  if (text === "") return "";
  // Nobody can write a text that has its own hash in it.
  const token = `ferret-${createHash("sha256").update(text).digest("hex").slice(0, 32)}`;
  // Those who show the log read `##[group]` in it, whatever the runner does.
  return `::stop-commands::${token}\n${text.replaceAll("##[", "## [")}\n::${token}::\n`;
}

function command(
  name: Level,
  properties: Readonly<Record<string, string | undefined>>,
  message: string,
): string {
  const given = Object.entries(properties)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([key, value]) => `${key}=${escapeProperty(value)}`);
  return `::${name} ${given.join(",")}::${
    escapeData(shortenMiddle(sanitize(message), MAX_MESSAGE))
  }\n`;
}

/** `%` first: what follows adds some. */
function escapeData(text: string): string {
  return sanitize(text).replaceAll("%", "%25");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

/** What the step hands to those that follow. */
export function githubOutputs(view: GateView): Readonly<Record<string, string>> {
  const { total, passed, failed, inconclusive, missing } = countItems(view);
  return {
    verdict: view.verdict,
    total: String(total),
    passed: String(passed),
    failed: String(failed),
    inconclusive: String(inconclusive + missing),
    summary: sanitize(view.summary),
  };
}
