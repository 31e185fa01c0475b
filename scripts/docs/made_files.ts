/**
 * The files that are made from the code, or have parts that are: `npm run docs`
 * writes them, and `npm run check` says when they are not as they would be.
 *
 * @module
 */
import { SCHEMA_FILE } from "../../cli/config/schema_place.ts";
import { commandPages } from "./command_pages.ts";
import { commandsMan, MANUAL_PAGE } from "./commands_man.ts";
import { COMMANDS_DOCUMENT, commandsMarkdown } from "./commands_markdown.ts";
import { configSchemaText } from "./config_schema.ts";
import { CONFIG_DOCUMENT, withConfigTables } from "./config_tables.ts";
import { HOOKS_DOCUMENT, withHookTable } from "./hook_table.ts";

/** A file, from the project's root, and what it should be, from what it is. */
export interface MadeFile {
  path: string;
  make: (text: string) => string;
}

/** All that is made. */
export function madeFiles(): MadeFile[] {
  const pages = commandPages();
  return [
    { path: HOOKS_DOCUMENT, make: withHookTable },
    { path: CONFIG_DOCUMENT, make: withConfigTables },
    { path: SCHEMA_FILE, make: configSchemaText },
    { path: COMMANDS_DOCUMENT, make: () => commandsMarkdown(pages) },
    { path: MANUAL_PAGE, make: () => commandsMan(pages) },
  ];
}
