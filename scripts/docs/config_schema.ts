/**
 * The JSON schema of `ferret.json`, for editors: made from the schema by which
 * ferret itself judges.
 *
 * @module
 */
import { toJsonSchema } from "@valibot/to-json-schema";
import { CONFIG } from "../../cli/config/schema.ts";
import { SCHEMA_URL } from "../../cli/config/schema_place.ts";

/** As much of a JSON schema as the documentation reads. */
export interface JsonSchema {
  description?: string;
  type?: string;
  enum?: readonly string[];
  const?: unknown;
  anyOf?: readonly JsonSchema[];
  examples?: readonly unknown[];
  properties?: Readonly<Record<string, JsonSchema>>;
  [key: string]: unknown;
}

/** The schema. What only ferret can judge, such as thresholds, is a text in it. */
export function configSchema(): JsonSchema {
  const { $schema, ...schema } = toJsonSchema(CONFIG, {
    errorMode: "ignore",
  }) as unknown as JsonSchema;
  return {
    $schema,
    $id: SCHEMA_URL,
    title: "Settings of ferret",
    description: "ferret.json, or the ferret key of package.json, deno.json or deno.jsonc",
    ...withoutEmpty(schema),
    // Editors write comments into it.
    allowComments: true,
    allowTrailingCommas: true,
  };
}

/** The schema as a file. */
export function configSchemaText(): string {
  return `${JSON.stringify(configSchema(), undefined, 2)}\n`;
}

/** Nothing is required, and no schema has to say so. */
function withoutEmpty(schema: JsonSchema): JsonSchema {
  const text = JSON.stringify(
    schema,
    (key, value: unknown) =>
      key === "required" && Array.isArray(value) && value.length === 0 ? undefined : value,
  );
  return JSON.parse(text) as JsonSchema;
}
