/** The JSON schema of settings says of a file what ferret says. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Ajv } from "ajv";
import { loadConfig } from "../../cli/config/load_config.ts";
import { configSchema, type JsonSchema } from "../../scripts/docs/config_schema.ts";
import { withFolder } from "../helpers/processes.ts";

const validate = new Ajv({ strict: false, allowUnionTypes: true }).compile(configSchema());

async function isAccepted(config: unknown): Promise<boolean> {
  return await withFolder({}, async (folder) => {
    const path = join(folder, "ferret.json");
    writeFileSync(path, JSON.stringify(config));
    return await loadConfig(folder, { file: path }).then(() => true, () => false);
  });
}

const GOOD: unknown[] = [
  {},
  { $schema: "x", run: {}, check: {}, ab: {} },
  { check: { thresholds: "max < 1s" } },
  { check: { thresholds: { a: "max < 1s", b: ["p(99) < 1s"] } } },
  { check: { alpha: 0.4, margin: 1, minSamples: 1, maxLoss: 3, inconclusive: "pass" } },
  { check: { maxLoss: "1%" } },
  { run: { functions: false, redact: false, sample: 1, ringSize: 65536, duration: 1.5 } },
  { ab: { install: false, warmup: 0, maxRounds: 1 } },
];

const BAD: unknown[] = [
  null,
  [],
  "x",
  { other: {} },
  { run: null },
  { run: { runtime: "python" } },
  { run: { functions: true } },
  { run: { minDuration: -1 } },
  { run: { minDuration: "soon" } },
  { run: { labels: { a: 1 } } },
  { run: { quiet: "yes" } },
  { run: { out: "" } },
  { check: { thresholds: [""] } },
  { check: { thresholds: { a: [1] } } },
  { check: { alpha: 0 } },
  { check: { alpha: 0.5 } },
  { ab: { alpha: 1 } },
  { check: { alpha: "high" } },
  { check: { minSamples: 1.5 } },
  { check: { maxLoss: -1 } },
  { check: { maxLoss: "some" } },
  { check: { inconclusive: "warn" } },
  { ab: { warmup: -1 } },
  { ab: { maxRounds: 0 } },
  { ab: { install: true } },
];

test("configSchema() takes and refuses what ferret does", async () => {
  for (const config of GOOD) {
    assert.ok(validate(config), JSON.stringify([config, validate.errors]));
    assert.ok(await isAccepted(config), JSON.stringify(config));
  }
  for (const config of BAD) {
    assert.ok(!validate(config), JSON.stringify(config));
    assert.ok(!await isAccepted(config), JSON.stringify(config));
  }
});

test("configSchema() explains every setting, with examples that work", async () => {
  for (const [section, { properties }] of sections()) {
    for (const [key, schema] of Object.entries(properties!)) {
      assert.match(schema.description ?? "", /\.$/, `${section}.${key}`);
      for (const value of schema.examples ?? []) {
        const config = { [section]: { [key]: value } };
        assert.ok(validate(config), JSON.stringify(config));
        assert.ok(await isAccepted(config), JSON.stringify(config));
      }
    }
  }
});

function sections(): [name: string, schema: JsonSchema][] {
  return Object.entries(configSchema().properties!).filter(([name]) => name !== "$schema");
}
