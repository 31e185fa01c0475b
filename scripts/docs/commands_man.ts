/**
 * The manual page man/ferret.1, made from the tree of commands, in the macros
 * of man(7).
 *
 * @module
 */
import { FERRET_VERSION } from "../../src/model/version.ts";
import type { CommandPage, Described, HelpPart } from "./command_pages.ts";

/** The page. */
export const MANUAL_PAGE = "man/ferret.1";

/** The page as groff reads it. */
export function commandsMan([main, ...commands]: readonly CommandPage[]): string {
  const { description, groups, options, parts } = main!;
  return [
    '.\\" Made from the help of the commands: npm run docs',
    `.TH FERRET 1 "" "ferret ${FERRET_VERSION}" "User Commands"`,
    // Neither words nor lines are broken for the sake of a straight margin.
    ".nh",
    ".ad l",
    ".SH NAME",
    `ferret \\- ${escape(description.charAt(0).toLowerCase() + description.slice(1))}`,
    ".SH SYNOPSIS",
    ...usage(main!),
    ".SH COMMANDS",
    ...groups.flatMap((group) => [`.SS ${escape(group.title)}`, ...list(group.commands)]),
    ".SH OPTIONS",
    ...list(options),
    ".SH DESCRIPTION",
    ...parts.flatMap(part),
    ...commands.flatMap((page) => [
      `.SH ${escape(page.name.toUpperCase())}`,
      `${line(page.description)}.`,
      ".PP",
      ...usage(page),
      ...list(page.arguments),
      ...list(page.options),
      ...page.parts.flatMap(part),
    ]),
    "",
  ].join("\n");
}

function usage({ usage }: CommandPage): string[] {
  return [".nf", ...usage.map(line), ".fi"];
}

function list(all: readonly Described[]): string[] {
  return all.flatMap(({ name, description }) => [
    ".TP",
    `\\fB${line(name)}\\fR`,
    line(description),
  ]);
}

function part(one: HelpPart): string[] {
  if (one.kind === "prose") return [".PP", line(one.text)];
  const title = one.title === "" ? [] : [".PP", line(one.title)];
  return [...title, ".PP", ".RS 4", ".nf", ...one.lines.map(line), ".fi", ".RE"];
}

/** A line of text: one that begins with a dot or an apostrophe would be a request. */
function line(text: string): string {
  return escape(text).replace(/^[.']/, "\\&$&");
}

function escape(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("'", "\\(aq")
    .replaceAll("`", "\\(ga").replaceAll("^", "\\(ha").replaceAll("~", "\\(ti")
    .replace(
      /[^\x20-\x7e]/gu,
      (char) => `\\[u${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}]`,
    );
}
