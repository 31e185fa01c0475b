/**
 * What is installed for a commit that was checked out.
 *
 * @module
 */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { findInstallation } from "../../../cli/ab/install.ts";
import { withFolder } from "../../helpers/processes.ts";

const DEPENDENT = JSON.stringify({ devDependencies: { esbuild: "1" } });

/** The command, and where it is run from the root. */
function find(files: Readonly<Record<string, string>>, at = ""): Promise<unknown> {
  return withFolder(files, (root) => {
    mkdirSync(join(root, at), { recursive: true });
    const found = findInstallation(join(root, at), root);
    return Promise.resolve(found && [found.command, found.cwd.slice(root.length)]);
  });
}

test("findInstallation() goes by the lockfile of a project that depends on packages", async () => {
  const lockfiles: [string, string][] = [
    ["package-lock.json", "npm ci"],
    ["bun.lock", "bun install --frozen-lockfile"],
    ["pnpm-lock.yaml", "pnpm install --frozen-lockfile"],
    ["yarn.lock", "yarn install --frozen-lockfile"],
    ["deno.lock", "deno install"],
  ];
  for (const [lockfile, command] of lockfiles) {
    assert.deepEqual(await find({ "package.json": DEPENDENT, [lockfile]: "" }), [command, ""]);
  }
  assert.deepEqual(await find({ "package.json": DEPENDENT }), ["npm install", ""]);
});

test("findInstallation() installs nothing where nothing is needed", async () => {
  assert.equal(await find({}), undefined);
  assert.equal(await find({ "deno.json": "{}", "deno.lock": "{}" }), undefined);
  assert.equal(
    await find({ "package.json": '{"type":"module"}', "package-lock.json": "" }),
    undefined,
  );
});

test("findInstallation() looks upwards for package.json, and for the lockfile of a workspace", async () => {
  const workspace = {
    "package.json": '{"workspaces":["apps/*"]}',
    "package-lock.json": "",
    "apps/shop/package.json": DEPENDENT,
  };
  assert.deepEqual(await find(workspace, "apps/shop/src"), ["npm ci", ""]);
  const nested = { "app/package.json": DEPENDENT, "app/bun.lock": "" };
  assert.deepEqual(await find(nested, "app/src"), ["bun install --frozen-lockfile", "/app"]);
});
