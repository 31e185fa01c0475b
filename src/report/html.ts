/**
 * The page as one file: it loads nothing, and runs nothing but its own script.
 *
 * Data is base64 in elements that are no scripts to the browser, so whatever
 * names a recording has, they cannot end an element.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { sanitize } from "../model/sanitize.ts";
import type { Block } from "./embed.ts";
import type { PageHead } from "./page_requests.ts";

/** The page's own code, bundled. */
export interface ClientBundle {
  script: string;
  styles: string;
}

/** What a page consists of. */
export interface PageParts {
  client: ClientBundle;
  head: PageHead;
  /** Undefined where the page asks a server. */
  blocks?: readonly Block[] | undefined;
}

/** How a page is allowed to reach the server that it came from. */
export interface PageOptions {
  /** Default: not at all. */
  connect?: boolean;
}

/** What the browser is to refuse to a page. */
export function contentSecurityPolicy(
  { script, styles }: ClientBundle,
  { connect = false }: PageOptions = {},
): string {
  return [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(styles)}'`,
    "img-src data:",
    ...(connect ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
    // No text ever becomes markup or code.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
}

/** The page in pieces, to be written one after the other. */
export function* htmlPage(
  { client, head, blocks }: PageParts,
  options: PageOptions = {},
): Iterable<string> {
  const keys = blocks?.map(({ key }) => key);
  const title = head.runs.map(({ title }) => title).join(" and ");
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${
    escapeHtml(contentSecurityPolicy(client, options))
  }">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="ferret ${escapeHtml(head.ferretVersion)}">
<title>${escapeHtml(sanitize(title))} – ferret</title>
<link rel="icon" href="${ICON}">
<style>${client.styles}</style>
</head>
<body>
<div id="page"></div>
<noscript><p class="notice">This report draws itself with JavaScript, which is switched off here.
<code>ferret report</code> prints the same numbers in a terminal.</p></noscript>
<script type="application/json" id="head">${escapeJson(JSON.stringify({ ...head, keys }))}</script>
`;
  for (const { text } of blocks ?? []) {
    yield `<script type="text/plain" class="block">${text}</script>\n`;
  }
  yield `<script>${client.script}</script>
</body>
</html>
`;
}

/** Three bars, as the page's own sign. */
const ICON = `data:image/svg+xml,${
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><g fill="#2f6fde">' +
      '<rect x="1" y="2" width="14" height="3" rx="1"/><rect x="3" y="6.5" width="8" height="3" rx="1"/>' +
      '<rect x="5" y="11" width="4" height="3" rx="1"/></g></svg>',
  ).replaceAll("'", "%27")
}`;

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (char) => ENTITIES[char]!);
}

/** JSON that cannot end its element. */
function escapeJson(json: string): string {
  return json.replace(
    /[<\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
