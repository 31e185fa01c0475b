/**
 * Rule `ferret/no-output`: only the command line prints or ends the process;
 * everything under src/ runs inside somebody else's program or may do so.
 *
 * @module
 */
import { projectPath } from "./project_path.ts";

const EXITING = new Set(["process.exit", "Deno.exit", "process.abort"]);

/** Reports `console` and calls that end the process outside of the command line. */
export const noOutput: Deno.lint.Rule = {
  create(context) {
    const path = projectPath(context.filename);
    if (path !== "mod.ts" && !path?.startsWith("src/")) return {};
    return {
      CallExpression(node) {
        const { callee } = node;
        if (callee.type !== "MemberExpression" || callee.object.type !== "Identifier") return;
        const name = callee.property.type === "Identifier" ? callee.property.name : "";
        if (callee.object.name === "console") {
          context.report({ node, message: "Only the command line prints" });
        } else if (EXITING.has(`${callee.object.name}.${name}`)) {
          context.report({ node, message: "Only the command line ends the process" });
        }
      },
    };
  },
};
