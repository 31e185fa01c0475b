/**
 * Rule `ferret/no-default-export`: what a file exports has one name everywhere.
 *
 * @module
 */
import { isShipped } from "./project_path.ts";

/** Reports default exports in what users install. */
export const noDefaultExport: Deno.lint.Rule = {
  create(context) {
    if (!isShipped(context.filename)) return {};
    return {
      ExportDefaultDeclaration(node) {
        context.report({ node, message: "Export by name" });
      },
    };
  },
};
