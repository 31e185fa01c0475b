import assert from "node:assert/strict";
import { test } from "node:test";
import { selectionPattern } from "../../../src/hooks/functions/selection.ts";

/** Whether a selection takes in a path. */
function selects(
  path: string,
  options: { root?: string; include?: string[]; exclude?: string[] } = {},
): boolean {
  const { root = "/srv/app", include = [], exclude = [] } = options;
  return selectionPattern({ enabled: true, root, include, exclude }).test(path);
}

test("selectionPattern() takes the user's own files when no glob is given", () => {
  for (const name of ["a.ts", "a.js", "a.mjs", "a.cjs", "a.mts", "a.cts", "a.tsx", "a.jsx"]) {
    assert.ok(selects(`/srv/app/${name}`), name);
    assert.ok(selects(`/srv/app/deep/er/${name}`), name);
  }
  assert.ok(selects("/srv/app/my_node_modules/a.ts"));
});

test("selectionPattern() leaves everything else", () => {
  for (
    const path of [
      "/srv/app/node_modules/pg/index.js",
      "/srv/app/packages/web/node_modules/pg/index.js",
      "/srv/other/a.ts",
      "/srv/application/a.ts",
      "/srv/app/data.json",
      "/srv/app/types.d.ts",
      "/srv/app/types.d.mts",
      "/srv/app/a.ts.bak",
      "/srv/app/a",
      "/x/srv/app/a.ts",
    ]
  ) assert.ok(!selects(path), path);
});

test("selectionPattern() leaves excluded files and folders, and nothing that only begins like them", () => {
  const exclude = ["/srv/app/dist", "/srv/app/mod.ts"];
  assert.ok(!selects("/srv/app/dist/a.js", { exclude }));
  assert.ok(!selects("/srv/app/mod.ts", { exclude }));
  assert.ok(selects("/srv/app/distance/a.js", { exclude }));
  assert.ok(selects("/srv/app/mod.tsx", { exclude }));
});

test("selectionPattern() takes what the globs say, packages included", () => {
  const cases: [glob: string, yes: string[], no: string[]][] = [
    ["src/*.ts", ["/srv/app/src/a.ts"], [
      "/srv/app/src/b/a.ts",
      "/srv/app/a.ts",
      "/srv/app/src/a.js",
    ]],
    ["src/**/*.ts", ["/srv/app/src/a.ts", "/srv/app/src/b/c/a.ts"], ["/srv/app/lib/a.ts"]],
    ["src", ["/srv/app/src/a.ts", "/srv/app/src/b/c.js"], ["/srv/app/src2/a.ts"]],
    ["{src,lib}/a?.ts", ["/srv/app/src/ab.ts", "/srv/app/lib/ac.ts"], ["/srv/app/lib/a.ts"]],
    ["node_modules/pg", ["/srv/app/node_modules/pg/lib/index.js"], ["/srv/app/a.ts"]],
    ["**", ["/srv/app/node_modules/pg/lib/index.js", "/srv/app/a.ts"], [
      "/srv/b.ts",
      "/srv/app/a.json",
    ]],
    ["/opt/lib/**", ["/opt/lib/a.js"], ["/srv/app/a.ts"]],
    ["a,b.ts", ["/srv/app/a,b.ts"], ["/srv/app/a", "/srv/app/b.ts", "b.ts"]],
    ["a(1)+$.ts", ["/srv/app/a(1)+$.ts"], ["/srv/app/a1.ts"]],
    ["src/{a.ts", ["/srv/app/src/{a.ts"], ["/srv/app/src/a.ts"]],
  ];
  for (const [glob, yes, no] of cases) {
    for (const path of yes) assert.ok(selects(path, { include: [glob] }), `${glob} ${path}`);
    for (const path of no) assert.ok(!selects(path, { include: [glob] }), `${glob} ${path}`);
  }
});

test("selectionPattern() takes the characters of the root for what they are", () => {
  const root = "/srv/{a,b}*/(c)";
  assert.ok(selects(`${root}/a.ts`, { root }));
  assert.ok(selects(`${root}/src/a.ts`, { root, include: ["src"] }));
  assert.ok(!selects("/srv/a/(c)/src/a.ts", { root, include: ["src"] }));
  assert.ok(!selects("b}*/(c)/src/a.ts", { root, include: ["src"] }));
});
