/**
 * Rule `ferret/max-lines`: a file has at most {@linkcode MAX_LINES} lines.
 *
 * @module
 */

/** 300 is already a prompt to split. */
export const MAX_LINES = 500;

/** Reports a file that is too long. */
export const maxLines: Deno.lint.Rule = {
  create(context) {
    return {
      Program(node) {
        const lines = context.sourceCode.text.split("\n").length - 1;
        if (lines <= MAX_LINES) return;
        context.report({ node, message: `${lines} lines: split the file (at most ${MAX_LINES})` });
      },
    };
  },
};
