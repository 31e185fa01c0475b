/**
 * Reads what is checked in a Markdown file: links, headings and code.
 *
 * @module
 */

/** A fenced block of code. */
export interface CodeBlock {
  /** What follows the opening fence: a language, then perhaps `run`. */
  info: string;
  code: string;
  /** Line of the opening fence, from 1. */
  line: number;
}

/** A link as it is written. */
export interface Link {
  target: string;
  line: number;
}

/** The fenced blocks of a text. */
export function findCode(text: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: CodeBlock | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (fence === null) {
      if (open !== undefined) open.code += line + "\n";
    } else if (open === undefined) {
      open = { info: fence[1]!.trim(), code: "", line: index + 1 };
    } else {
      blocks.push(open);
      open = undefined;
    }
  }
  return blocks;
}

/** The links and pictures of a text, those in code left out. */
export function findLinks(text: string): Link[] {
  const links: Link[] = [];
  for (const [index, line] of withoutCode(text).split("\n").entries()) {
    for (const [, , target] of line.matchAll(/(\]\(|\bsrc(?:set)?=")([^)"\s]+)[)"]/g)) {
      links.push({ target: target!, line: index + 1 });
    }
  }
  return links;
}

/** The names under which a text's headings can be linked to. */
export function findAnchors(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading] of withoutCode(text, "blocks").matchAll(/^#+ (.+)$/gm)) {
    anchors.add(
      heading!.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").trim().replace(/\s/g, "-"),
    );
  }
  return anchors;
}

/** The same lines, with nothing where code was. */
function withoutCode(text: string, what: "all" | "blocks" = "all"): string {
  let isInside = false;
  const lines = text.split("\n").map((line) => {
    const isFence = line.startsWith("```");
    if (isFence) isInside = !isInside;
    if (isFence || isInside) return "";
    return what === "all" ? line.replace(/`[^`]*`/g, "") : line;
  });
  return lines.join("\n");
}
