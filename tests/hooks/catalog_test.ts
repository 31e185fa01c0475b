import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { HOOK_CATALOG } from "../../src/hooks/catalog.ts";
import { HOOKS } from "../../src/hooks/start.ts";
import { ROOT } from "../helpers/processes.ts";

test("HOOK_CATALOG has each hook, and knows where it works", () => {
  const installed = Map.groupBy(HOOKS, ({ name }) => name);
  assert.deepEqual(
    HOOK_CATALOG.map(({ name }) => name).toSorted(),
    [...installed.keys()].toSorted(),
  );
  for (const { name, runtimes } of HOOK_CATALOG) {
    const parts = installed.get(name)!;
    const where = new Set(parts.flatMap((hook) => hook.runtimes));
    assert.deepEqual([...runtimes].toSorted(), [...where].toSorted(), name);
  }
});

test("HOOK_CATALOG names the versions that the tests install", () => {
  const installed = new Map<string, string[]>();
  for (const folder of ["tests/programs", "tests/services"]) {
    const { dependencies } = JSON.parse(
      readFileSync(join(ROOT, folder, "package.json"), "utf8"),
    ) as { dependencies: Record<string, string> };
    for (const [alias, wanted] of Object.entries(dependencies)) {
      const [, name = alias, version = wanted] = /^npm:(.+)@(.+)$/.exec(wanted) ?? [];
      installed.set(name, [...installed.get(name) ?? [], version]);
    }
  }
  for (const { name, tested } of HOOK_CATALOG.flatMap(({ packages }) => packages)) {
    assert.deepEqual(installed.get(name)?.toSorted(), tested, name);
  }
});
