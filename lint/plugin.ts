/**
 * The project's own lint rules, run by `deno lint`: what the architecture and
 * the house style ask for and no ready-made rule checks.
 *
 * Only the default export is seen by Deno; each rule is a file beside this one.
 *
 * @module
 */
import { layers } from "./layers.ts";
import { maxLines } from "./max_lines.ts";
import { moduleComment } from "./module_comment.ts";
import { noArrowConst } from "./no_arrow_const.ts";
import { noCycles } from "./no_cycles.ts";
import { noDefaultExport } from "./no_default_export.ts";
import { noOutput } from "./no_output.ts";
import { noPrivateKeyword } from "./no_private_keyword.ts";
import { noReexport } from "./no_reexport.ts";

const plugin: Deno.lint.Plugin = {
  name: "ferret",
  rules: {
    layers,
    "max-lines": maxLines,
    "module-comment": moduleComment,
    "no-arrow-const": noArrowConst,
    "no-cycles": noCycles,
    "no-default-export": noDefaultExport,
    "no-output": noOutput,
    "no-private-keyword": noPrivateKeyword,
    "no-reexport": noReexport,
  },
};

export default plugin;
