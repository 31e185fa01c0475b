/** The page as a file: nothing in it can end an element, and nothing is allowed that need not be. */
import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { contentSecurityPolicy, htmlPage } from "../../src/report/html.ts";
import { HOSTILE_NAME } from "../helpers/page_fixture.ts";

const CLIENT = { script: "start()", styles: "body{}" };

function page(title: string): string {
  return [...htmlPage({
    client: CLIENT,
    head: { ferretVersion: "0.1.0", runs: [{ title, source: title }], omissions: [title] },
    blocks: [{ key: `name 0 manual:${title}`, text: "AAAA" }],
  })].join("");
}

test("hostile names add no element to a page", () => {
  const tags = (html: string) => html.match(/<[/!]?[a-z][a-z]*/g)!;
  assert.deepEqual(tags(page(HOSTILE_NAME)), tags(page("app.ts")));
  assert.ok(!page(HOSTILE_NAME).includes("\u2028"));
  const head = /id="head">(.*?)<\/script>/s.exec(page(HOSTILE_NAME))![1]!;
  assert.equal(JSON.parse(head).omissions[0], HOSTILE_NAME);
});

test("a page may run its own script and nothing else", () => {
  const policy = contentSecurityPolicy(CLIENT);
  const hash = createHash("sha256").update(CLIENT.script).digest("base64");
  assert.ok(policy.includes(`script-src 'sha256-${hash}'`));
  assert.ok(policy.startsWith("default-src 'none'"));
  assert.doesNotMatch(policy, /unsafe|connect-src|https?:/);
  assert.ok(contentSecurityPolicy(CLIENT, { connect: true }).includes("connect-src 'self'"));
});
