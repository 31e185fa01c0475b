import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { servedByPath } from "../helpers/http_programs.ts";
import { runRecorded } from "../helpers/recorded_program.ts";
import { installPrograms } from "./installed.ts";

const MOUNTS = {
  "/api/acme/shops/9/items/5": "GET /api/:tenant/shops/:shop/items/:item",
  "/api/acme/shops/9": "GET /api/:tenant/shops/:shop",
  "/plain/items/5": "GET /plain/items/:item",
  "/plain": "GET /plain",
  "/site/pages/3": "GET /site/pages/:page",
  "/re-x": "GET /^\\/re.*x$/",
  "/two/2": "GET /one/:id|/two/:id",
  "/missing": "GET",
};
const KOA = {
  "/users/7": "GET /users/:id",
  "/api/acme/items/5": "GET /api/:tenant/items/:item",
  "/missing": "GET",
};
const HONO = {
  "/users/7": "GET /users/:id",
  "/api/acme/items/5": "GET /api/:tenant/items/:item{[0-9]+}",
  "/any": "GET /any",
  "/missing": "GET",
};

const CASES: {
  app: string;
  runtimes: RuntimeName[];
  names: Record<string, string>;
}[] = [
  { app: "express_4", runtimes: ["deno", "bun", "node"], names: MOUNTS },
  { app: "express_5", runtimes: ["deno", "bun", "node"], names: MOUNTS },
  { app: "koa", runtimes: ["deno", "bun", "node"], names: KOA },
  { app: "hono", runtimes: ["deno", "bun", "node"], names: HONO },
  { app: "elysia", runtimes: ["deno", "bun", "node"], names: KOA },
  { app: "oak", runtimes: ["deno", "bun", "node"], names: KOA },
];

let programs = "";
before(async () => {
  programs = await installPrograms();
});

for (const { app, runtimes, names } of CASES) {
  for (const runtime of runtimes) {
    test(`routes of ${app} on ${runtime} give requests their names`, async () => {
      const file = join(programs, "apps", `routes_${app}.js`);
      const [plain, recorded] = await Promise.all([
        runRecorded(runtime, { file }, { plain: true }),
        runRecorded(runtime, { file }),
      ]);
      assert.equal(recorded.stdout, plain.stdout);
      const spans = Object.entries(servedByPath(recorded.spans));
      const found = Object.fromEntries(
        spans.map(([path, { name }]) => [path, name]),
      );
      assert.deepEqual(found, names);
    });
  }
}
