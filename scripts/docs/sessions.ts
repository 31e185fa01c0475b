/**
 * Terminal sessions in the documentation: blocks of `console`, in which lines
 * that begin with `$ ` are commands and what follows is what they printed; and
 * blocks of `diff <file>`, which change a file between two of them.
 *
 * `npm run docs -- --record` runs them and writes down what they print.
 *
 * @module
 */

/** A step of a document, in the order of its text. */
export type SessionStep =
  | { kind: "commands"; commands: string[]; line: number }
  | { kind: "diff"; file: string; diff: string; line: number };

const BLOCK = /^```(console|diff) ?(\S*)\n([^]*?)^```$/gm;

/** What a document does, from its top to its end. */
export function findSteps(text: string): SessionStep[] {
  return [...text.matchAll(BLOCK)].map(({ index, 1: kind, 2: file, 3: body }) => {
    const line = text.slice(0, index).split("\n").length;
    if (kind === "diff") return { kind, file: file!, diff: body!, line };
    const commands = body!.split("\n").filter((one) => one.startsWith("$ "));
    return { kind: "commands", commands: commands.map((one) => one.slice(2)), line };
  });
}

/** The document with other outputs: one for each command, in order. */
export function withOutputs(text: string, outputs: readonly string[]): string {
  let next = 0;
  return text.replace(BLOCK, (block, kind: string, _file: string, body: string) => {
    if (kind !== "console") return block;
    const lines = body.split("\n").filter((line) => line.startsWith("$ "))
      .flatMap((command) => [command, (outputs[next++] ?? "").replace(/\s+$/, "")]);
    return `\`\`\`console\n${lines.filter((line) => line !== "").join("\n")}\n\`\`\``;
  });
}

/** Whether every command of a document has printed something that is written down. */
export function findSilent(text: string): number[] {
  return [...text.matchAll(BLOCK)].filter(({ 1: kind, 3: body }) =>
    kind === "console" && body!.trimEnd().split("\n").at(-1)!.startsWith("$ ")
  ).map(({ index }) => text.slice(0, index).split("\n").length);
}

/**
 * A file with a change made to it.
 *
 * @param diff Lines that begin with a space, a minus or a plus, without numbers.
 * @throws when what it changes is not there, or there twice.
 */
export function applyDiff(text: string, diff: string): string {
  const lines = diff.replace(/\n$/, "").split("\n");
  const side = (without: string) =>
    lines.filter((line) => line[0] !== without).map((line) => `${line.slice(1)}\n`).join("");
  const before = side("+");
  const at = text.indexOf(before);
  if (at < 0) throw new Error(`Cannot change what is not there:\n${before}`);
  if (text.includes(before, at + 1)) throw new Error(`Cannot tell where to change:\n${before}`);
  return text.slice(0, at) + side("-") + text.slice(at + before.length);
}
