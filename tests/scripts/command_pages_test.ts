/** docs/commands.md and the manual page: what is made of a command's help. */
import { strict as assert } from "node:assert";
import { test } from "node:test";
import { type CommandPage, commandPages, readParts } from "../../scripts/docs/command_pages.ts";
import { commandsMan } from "../../scripts/docs/commands_man.ts";

test("commandPages() has every command with an example, its options and its exit codes", () => {
  const pages = commandPages();
  const names = pages.map(({ name }) => name);
  assert.deepEqual(names.slice(0, 3), ["ferret", "ferret run", "ferret doctor"]);
  for (const { name, parts, groups, options } of pages) {
    assert.ok(options.some((option) => option.name === "-h, --help"), name);
    if (groups.length > 0 && name !== "ferret") continue;
    const examples = parts.find((part) => part.kind === "lines" && part.title === "Examples:");
    assert.ok(examples?.kind === "lines", `${name} has no examples`);
    const isNamed = examples.lines.some((line) => line.includes(name));
    assert.ok(isNamed, `the examples of ${name} are of another command`);
  }
});

test("readParts() keeps the lines of what is indented, and joins the others", () => {
  assert.deepEqual(readParts("\nOne\ntwo.\n\nExamples:\n  a  b\n  c\nEnd\nof it.\n"), [
    { kind: "prose", text: "One two." },
    { kind: "lines", title: "Examples:", lines: ["a  b", "c"] },
    { kind: "prose", text: "End of it." },
  ]);
});

test("commandsMan() lets no text be a request of the manual's language", () => {
  const page: CommandPage = {
    name: "ferret",
    description: ".so /etc/passwd",
    usage: ["'br \\fB…"],
    arguments: [],
    options: [{ name: "--x", description: ".sy rm -rf" }],
    groups: [],
    parts: [{ kind: "prose", text: ".sy x" }, {
      kind: "lines",
      title: "",
      lines: [".pso y", "'z"],
    }],
  };
  const text = commandsMan([page, page]);
  const requests = text.split("\n").filter((line) => /^[.']/.test(line));
  const known = /^(\.\\"|\.(TH|SH|SS|TP|PP|RS|RE|nf|fi|nh|ad)\b)/;
  assert.deepEqual(requests.filter((line) => !known.test(line)), []);
  assert.match(text, /^\\\(aqbr \\efB\\\[u2026\]$/m);
  assert.match(text, /^\\&\.sy rm \\-rf$/m);
});
