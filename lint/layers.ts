/**
 * Rule `ferret/layers`: imports follow the table in layer_table.ts.
 *
 * @module
 */
import { findBreach } from "./layer_table.ts";
import { projectPath } from "./project_path.ts";

/** Reports each import that the table does not allow. */
export const layers: Deno.lint.Rule = {
  create(context) {
    const from = projectPath(context.filename);
    if (from === undefined) return {};
    const check = (
      node: Deno.lint.Node,
      source: Deno.lint.Expression | Deno.lint.StringLiteral | null | undefined,
      how: { isDynamic: boolean; isTypeOnly: boolean },
    ) => {
      if (source?.type !== "Literal" || typeof source.value !== "string") return;
      const message = findBreach({ from, specifier: source.value, ...how });
      if (message !== undefined) context.report({ node, message });
    };
    return {
      ImportDeclaration(node) {
        check(node, node.source, { isDynamic: false, isTypeOnly: node.importKind === "type" });
      },
      ExportNamedDeclaration(node) {
        check(node, node.source, { isDynamic: false, isTypeOnly: node.exportKind === "type" });
      },
      ExportAllDeclaration(node) {
        check(node, node.source, { isDynamic: false, isTypeOnly: node.exportKind === "type" });
      },
      ImportExpression(node) {
        check(node, node.source, { isDynamic: true, isTypeOnly: false });
      },
    };
  },
};
