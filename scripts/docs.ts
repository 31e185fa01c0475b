/**
 * Writes what in the documentation is made from the code.
 *
 * @module
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HOOKS_DOCUMENT, withHookTable } from "./docs/hook_table.ts";
import { ROOT } from "./root.ts";

const path = join(ROOT, HOOKS_DOCUMENT);
writeFileSync(path, withHookTable(readFileSync(path, "utf8")));
