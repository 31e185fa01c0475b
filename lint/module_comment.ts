/**
 * Rule `ferret/module-comment`: a shipped file says at its top what it is.
 *
 * @module
 */
import { isShipped } from "./project_path.ts";

/** Reports a file that does not open with a comment tagged `@module`. */
export const moduleComment: Deno.lint.Rule = {
  create(context) {
    return {
      Program(node) {
        if (!isShipped(context.filename)) return;
        const first = /^(?:#![^\n]*\n)?\/\*\*[\s\S]*?\*\//.exec(context.sourceCode.text)?.[0];
        if (first?.includes("@module")) return;
        context.report({ node, message: "The file needs a module comment (/** … @module */)" });
      },
    };
  },
};
