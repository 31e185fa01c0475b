/**
 * Rule `ferret/no-private-keyword`: what is private is `#private`, which also
 * holds at run time.
 *
 * @module
 */

type Member = { accessibility?: string | undefined; kind?: string };

/** Reports `private` and `protected` members, except constructors: those have no `#` form. */
export const noPrivateKeyword: Deno.lint.Rule = {
  create(context) {
    const check = (node: Deno.lint.Node & Member) => {
      if (node.kind === "constructor") return;
      if (node.accessibility !== "private" && node.accessibility !== "protected") return;
      context.report({ node, message: `Use #name and not the keyword "${node.accessibility}"` });
    };
    return {
      PropertyDefinition: check,
      MethodDefinition: check,
      TSParameterProperty: check,
    };
  },
};
