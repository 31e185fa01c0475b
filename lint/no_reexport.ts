/**
 * Rule `ferret/no-reexport`: a name comes from the file that defines it; only
 * mod.ts gathers names, as an explicit list.
 *
 * @module
 */
import { projectPath } from "./project_path.ts";

/** Reports `export … from`, and `export *` even in mod.ts. */
export const noReexport: Deno.lint.Rule = {
  create(context) {
    const isModule = projectPath(context.filename) === "mod.ts";
    return {
      ExportAllDeclaration(node) {
        context.report({ node, message: "Export an explicit list of names" });
      },
      ExportNamedDeclaration(node) {
        if (isModule || !node.source) return;
        context.report({ node, message: "Import the name from the file that defines it" });
      },
    };
  },
};
