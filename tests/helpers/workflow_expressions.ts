/**
 * The expressions of GitHub's workflows, as far as this project's use them:
 * names with dots, texts, `==`, `!=`, `!`, `&&`, `||`, and functions without
 * arguments.
 *
 * @module
 */

/** What expressions can name. */
export interface ExpressionContext extends Record<string, unknown> {
  steps: Record<string, { outputs: Record<string, string> }>;
}

const TOKEN = /\s*(?:('(?:[^']|'')*')|(==|!=|&&|\|\||!|\(|\))|([\w.-]+(?:\(\))?))/gy;

/** Text with its `${{ … }}` filled in. */
export function interpolate(text: string, context: ExpressionContext): string {
  return text.replace(
    /\$\{\{(.*?)\}\}/gs,
    (_, expression: string) => textOf(read(expression, context, {})),
  );
}

/** Whether a condition holds. @param status What `success()` and the like say. */
export function evaluate(
  condition: string,
  context: ExpressionContext,
  status: Readonly<Record<string, boolean>>,
): boolean {
  return isTrue(read(condition.replace(/^\s*\$\{\{(.*)\}\}\s*$/s, "$1"), context, status));
}

function read(
  text: string,
  context: ExpressionContext,
  status: Readonly<Record<string, boolean>>,
): unknown {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const trimmed = text.trimEnd();
  while (TOKEN.lastIndex < trimmed.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(trimmed);
    if (match === null) throw new SyntaxError(`Cannot read "${text}" from "${text.slice(at)}" on`);
    tokens.push(match[0].trim());
  }
  const any = (): unknown => {
    let value = all();
    while (tokens[0] === "||") {
      tokens.shift();
      const other = all();
      value = isTrue(value) ? value : other;
    }
    return value;
  };
  const all = (): unknown => {
    let value = equal();
    while (tokens[0] === "&&") {
      tokens.shift();
      const other = equal();
      value = isTrue(value) ? other : value;
    }
    return value;
  };
  const equal = (): unknown => {
    const value = one();
    if (tokens[0] !== "==" && tokens[0] !== "!=") return value;
    const isSame = tokens.shift() === "==";
    return (textOf(value).toLowerCase() === textOf(one()).toLowerCase()) === isSame;
  };
  const one = (): unknown => {
    const token = tokens.shift();
    if (token === "!") return !isTrue(one());
    if (token === "(") {
      const value = any();
      tokens.shift();
      return value;
    }
    if (token === undefined) throw new SyntaxError(`Cannot read "${text}": it ends too early`);
    if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
    if (token.endsWith("()")) return status[token.slice(0, -2)] ?? false;
    return token.split(".").reduce<unknown>(
      (value, key) => (value as Record<string, unknown> | undefined)?.[key],
      context,
    );
  };
  const value = any();
  if (tokens.length > 0) throw new SyntaxError(`Cannot read "${text}" from "${tokens[0]}" on`);
  return value;
}

function textOf(value: unknown): string {
  return value === undefined || value === null ? "" : String(value);
}

function isTrue(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== "" && value !== 0;
}
