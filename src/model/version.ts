/**
 * The version of ferret; a test holds it to package.json.
 *
 * @module
 */

/** As in package.json. */
export const FERRET_VERSION = "0.1.0";
