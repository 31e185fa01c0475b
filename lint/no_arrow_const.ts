/**
 * Rule `ferret/no-arrow-const`: a top-level function is a `function`.
 *
 * @module
 */

/** Reports `const f = () => …` at the top level of a module. */
export const noArrowConst: Deno.lint.Rule = {
  create(context) {
    const check = (declaration: Deno.lint.Node | null) => {
      if (declaration?.type !== "VariableDeclaration") return;
      for (const { init, id } of declaration.declarations) {
        // A typed constant may be one of several values of a function type.
        const isTyped = id.type === "Identifier" && id.typeAnnotation !== undefined;
        if (init?.type !== "ArrowFunctionExpression" || isTyped) continue;
        context.report({ node: declaration, message: "Write a top-level function as `function`" });
      }
    };
    return {
      Program(node) {
        for (const statement of node.body) {
          check(statement.type === "ExportNamedDeclaration" ? statement.declaration : statement);
        }
      },
    };
  },
};
