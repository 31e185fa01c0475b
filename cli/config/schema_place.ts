/**
 * Where editors find the JSON schema of settings.
 *
 * @module
 */

/** In the repository and in the package. */
export const SCHEMA_FILE = "ferret.schema.json";
/** Where the package is installed, from its project. */
export const SCHEMA_PATH = `node_modules/ferret/${SCHEMA_FILE}`;
/** Where npm's mirrors have it. */
export const SCHEMA_URL = `https://unpkg.com/ferret/${SCHEMA_FILE}`;
