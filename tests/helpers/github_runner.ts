/**
 * What GitHub's runner makes of a step's log and files. Follows actions/runner:
 * TryParseV2 and TryParse of ActionCommand.cs, stop-commands of
 * ActionCommandManager.cs, and the files of FileCommandManager.cs.
 *
 * @module
 */

/** A command that the runner would carry out. */
export interface WorkflowCommand {
  name: string;
  properties: Record<string, string>;
  data: string;
}

const REGISTERED = new Set([
  ...["error", "warning", "notice", "debug", "group", "endgroup", "echo", "add-mask"],
  ...["add-matcher", "remove-matcher", "set-output", "save-state", "set-env", "add-path"],
  "stop-commands",
]);

/** The commands of a log, and what it shows beside them. */
export function readGithubLog(log: string): { commands: WorkflowCommand[]; printed: string } {
  const commands: WorkflowCommand[] = [];
  const printed: string[] = [];
  let stopToken: string | undefined;
  for (const line of log.split(/\r?\n|\r/)) {
    const known = stopToken === undefined ? REGISTERED : new Set([...REGISTERED, stopToken]);
    const command = readV2(line, known) ?? readV1(line, known);
    if (command === undefined) printed.push(line);
    else if (stopToken !== undefined) {
      if (command.name === stopToken) stopToken = undefined;
      else printed.push(line);
    } else if (command.name === "stop-commands") stopToken = command.data;
    else commands.push(command);
  }
  if (stopToken !== undefined) throw new Error("The runner was never told to listen again");
  return { commands, printed: printed.slice(0, -1).join("\n") };
}

function readV2(line: string, registered: ReadonlySet<string>): WorkflowCommand | undefined {
  const message = line.trimStart();
  if (!message.startsWith("::")) return undefined;
  const end = message.indexOf("::", 2);
  if (end < 0) return undefined;
  const info = message.slice(2, end);
  const data = unescape(message.slice(end + 2), [["%0D", "\r"], ["%0A", "\n"], ["%25", "%"]]);
  return build(info, data, {
    registered,
    separator: ",",
    escapes: [["%0D", "\r"], ["%0A", "\n"], ["%3A", ":"], ["%2C", ","], ["%25", "%"]],
  });
}

function readV1(line: string, registered: ReadonlySet<string>): WorkflowCommand | undefined {
  const start = line.indexOf("##[");
  const end = start < 0 ? -1 : line.indexOf("]", start);
  if (end < 0) return undefined;
  const escapes = [["%3B", ";"], ["%0D", "\r"], ["%0A", "\n"], ["%5D", "]"], ["%25", "%"]] as const;
  return build(line.slice(start + 3, end), unescape(line.slice(end + 1), escapes), {
    registered,
    separator: ";",
    escapes,
  });
}

function build(
  info: string,
  data: string,
  { registered, separator, escapes }: {
    registered: ReadonlySet<string>;
    separator: string;
    escapes: readonly (readonly [string, string])[];
  },
): WorkflowCommand | undefined {
  const space = info.indexOf(" ");
  const name = space < 0 ? info : info.slice(0, space);
  if (!registered.has(name)) return undefined;
  const properties: Record<string, string> = {};
  const pairs = space > 0 ? info.slice(space + 1).trim().split(separator) : [];
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at > 0 && at < pair.length - 1) {
      properties[pair.slice(0, at)] = unescape(pair.slice(at + 1), escapes);
    }
  }
  return { name, properties, data };
}

function unescape(text: string, escapes: readonly (readonly [string, string])[]): string {
  return escapes.reduce((all, [from, to]) => all.replaceAll(from, to), text);
}

/** What a step has set as its outputs. @throws {Error} where the runner fails the step. */
export function readGithubOutputs(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  const lines = text.split("\n");
  // What follows the last line is no line.
  lines.pop();
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (line === "") continue;
    const equals = line.indexOf("=");
    const heredoc = line.indexOf("<<");
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      outputs[line.slice(0, equals)] = line.slice(equals + 1);
      continue;
    }
    if (heredoc < 0) throw new Error(`Invalid format '${line}'`);
    const delimiter = line.slice(heredoc + 2);
    const value: string[] = [];
    while (lines[++i] !== delimiter) {
      if (i >= lines.length) throw new Error(`Matching delimiter not found '${delimiter}'`);
      value.push(lines[i]!);
    }
    outputs[line.slice(0, heredoc)] = value.join("\n");
  }
  return outputs;
}
