/**
 * What the words in brackets of a help text stand for: `<selector>` is the name
 * of a span wherever it is asked for.
 *
 * @module
 */

/** What can be listed for a value. `text` cannot be. */
export type ValueKind =
  | "recording"
  | "side"
  | "baseline"
  | "run"
  | "selector"
  | "threshold"
  | "grouping"
  | "hooks"
  | "quantities"
  | "script"
  | "file"
  | "text";

/** By the name in the brackets, behind that of its command where that matters. A test asks for every one that the commands have. */
export const VALUE_KINDS: Readonly<Record<string, ValueKind>> = {
  recording: "recording",
  recordings: "recording",
  candidate: "recording",
  baseline: "side",
  "check name": "side",
  "diff candidate": "side",
  name: "baseline",
  names: "baseline",
  "id|n": "run",
  selector: "selector",
  expression: "threshold",
  what: "grouping",
  hooks: "hooks",
  quantities: "quantities",
  script: "script",
  file: "file",
  path: "file",
  glob: "file",
  args: "file",
  // What only its user knows.
  column: "text",
  command: "text",
  commands: "text",
  condition: "text",
  format: "text",
  key: "text",
  "key=value": "text",
  n: "text",
  pattern: "text",
  policy: "text",
  ratio: "text",
  rev: "text",
  rounds: "text",
  rule: "text",
  runtime: "text",
  shell: "text",
  share: "text",
  "share|change": "text",
  "share|n": "text",
  size: "text",
  sql: "text",
  time: "text",
  "time|change": "text",
  verdict: "text",
};

/** What a value is that the help of `command` calls `placeholder`. */
export function valueKind(command: string, placeholder: string): ValueKind {
  const own = `${command} ${placeholder}`;
  const name = Object.hasOwn(VALUE_KINDS, own) ? own : placeholder;
  return Object.hasOwn(VALUE_KINDS, name) ? VALUE_KINDS[name]! : "text";
}

/** `selector` of `--filter <selector>`; undefined for a switch. */
export function placeholderOf(flags: string): string | undefined {
  return /[<[]([^>\]]+?)(?:\.\.\.)?[>\]]$/.exec(flags)?.[1];
}
