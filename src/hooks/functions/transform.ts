/**
 * Makes every function of a source file report its calls, by inserting text and
 * nothing else: no line moves, and the functions stay the very functions they
 * were (kind, name, length, `arguments`, `this`, `super`, defaults that throw).
 *
 * ```js
 * async function load(id) {
 *   const row = await query(id);
 *   return row;
 * }
 * // becomes, on the same lines
 * async function load(id) {const __ferret_s=__ferret__.b(7);try{
 *   const row = __ferret__.w(__ferret_s,await __ferret__.s(__ferret_s,query(id)));
 *   return __ferret__.rt(__ferret_s,row);
 * }catch(__ferret_e){__ferret__.f(__ferret_s,__ferret_e);throw __ferret_e}finally{__ferret__.e(__ferret_s)}}
 * ```
 *
 * An async function leaves its context just before it is suspended and enters
 * it again when it goes on, so it adds no promise and no microtask. Generators
 * do the same at `yield`.
 *
 * @module
 */
import {
  childScope,
  FILE_SCOPE,
  fullName,
  functionScope,
  type NameScope,
  namespaceScope,
  ownName,
} from "./function_names.ts";
import { forEachChild, isFunction, type SyntaxNode, unwrap } from "./syntax.ts";
import { awaitsDisposal, canTrace } from "./traceable.ts";
import { Map, Set } from "../../runtime/intrinsics.ts";

const TRACER = "__ferret__";
const SPAN = "__ferret_s";
const ERROR = "__ferret_e";

const FAILED = "__ferret_o";
const VALUE = "__ferret_v";

const CLOSING =
  `}catch(${ERROR}){${TRACER}.f(${SPAN},${ERROR});throw ${ERROR}}finally{${TRACER}.e(${SPAN})}`;

/** The same without catching: whether the body got to its end is in a variable. */
const UNCAUGHT_CLOSING =
  `;${FAILED}=0}finally{${FAILED}?${TRACER}.x(${SPAN}):${TRACER}.e(${SPAN})}`;

/** Text to insert at an offset. */
export interface Insertion {
  at: number;
  text: string;
}

/** What a transformed file needs to know about itself. */
export interface TransformOptions {
  /**
   * Called once for each function, with its offset. The number goes into the
   * code; undefined leaves the function alone.
   */
  defineFunction(name: string, at: number): number | undefined;
  /** Name of functions that have none, from their offset: `app.ts:12`. */
  anonymousName(at: number): string;
  /**
   * JavaScriptCore and Node show an uncaught error where it was thrown last, so
   * there a synchronous function must not catch and throw again. Default false.
   */
  keepsThrowSites?: boolean;
}

/** The kinds of functions, as far as their bodies differ. */
interface FunctionState {
  isAsync: boolean;
  isGenerator: boolean;
  /** False for a function that is left as it is: its awaits and yields are too. */
  isTraced: boolean;
  /** Whether errors are let through without being caught. */
  isUncaught: boolean;
}

/** Methods whose callback is sent elsewhere as text: to the page of a browser. */
const SENDS_SOURCE = new Set([
  "evaluate",
  "evaluateHandle",
  "evaluateOnNewDocument",
  "addInitScript",
  "waitForFunction",
  "$eval",
  "$$eval",
]);

/**
 * Finds what to insert.
 *
 * @param program A parsed file.
 * @param source Its text.
 * @returns Insertions in the order of their offsets; empty when there is nothing to do.
 */
export function transform(
  program: SyntaxNode,
  source: string,
  options: TransformOptions,
): Insertion[] {
  if (source.includes(SPAN)) return [];
  const insertions: Insertion[] = [];
  const untraced: FunctionState = {
    isAsync: false,
    isGenerator: false,
    isTraced: false,
    isUncaught: false,
  };
  /** Functions whose text is what counts. */
  const keptAsText = new Set<SyntaxNode>();

  function insert(at: number, text: string): void {
    insertions.push({ at, text });
  }

  /** Where a method begins: at its name, after decorators and modifiers. */
  const methodStarts = new Map<SyntaxNode, number>();

  /** Inside `with`, a name of ours could be one of the program's object. */
  let withDepth = 0;

  function visit(node: SyntaxNode, scope: NameScope, state: FunctionState): void {
    if (isFunction(node)) {
      const within = namespaceScope(scope);
      if (within === undefined) visitFunction(node, scope);
      else visitChildren(node, within, untraced);
      return;
    }
    for (const sent of sentFunctions(node)) keptAsText.add(sent);
    if (isMethod(node)) methodStarts.set(node["value"], node["key"].start);
    const isWith = node.type === "WithStatement";
    if (isWith) withDepth++;
    if (!state.isTraced || !visitSuspension(node, scope, state)) visitChildren(node, scope, state);
    if (isWith) withDepth--;
  }

  function visitChildren(node: SyntaxNode, scope: NameScope, state: FunctionState): void {
    forEachChild(node, (child) => {
      // With its labels: what comes after the loop has to be reached by its `break`s.
      const isLoop = state.isTraced && node.type !== "LabeledStatement" && isForAwait(child);
      if (isLoop) insert(child.start, "{");
      visit(child, childScope(node, child, scope), state);
      if (isLoop) insert(child.end, `${resumption(state)}}`);
    });
  }

  function visitFunction(node: SyntaxNode, scope: NameScope): void {
    const body: SyntaxNode = node["body"];
    const start = methodStarts.get(node) ?? node.start;
    const own = ownName(node, scope);
    const name = fullName(own === "" ? options.anonymousName(start) : own, scope);
    const inner = functionScope(name, scope);
    const isGenerator = node["generator"] === true;
    const isAsync = node["async"] === true;
    const state: FunctionState = {
      isAsync,
      isGenerator,
      isTraced: withDepth === 0 && canTrace(node) && !keptAsText.has(node),
      // A generator can be ended from outside, which is no failure.
      isUncaught: options.keepsThrowSites === true && !isAsync && !isGenerator,
    };
    // Defaults run before the body: what they suspend or call is not the body's.
    for (const parameter of node["params"]) visit(parameter, inner, untraced);
    const number = state.isTraced ? options.defineFunction(name, start) : undefined;
    if (number === undefined) {
      visit(body, inner, untraced);
      return;
    }
    // Disposal that waits says nothing in the source. Until the first `await`
    // does, the caller goes on in the context that this function leaves behind.
    const leave = isAsync && awaitsDisposal(body) ? `${TRACER}.s(${SPAN});` : "";
    const begin = `const ${SPAN}=${TRACER}.${isGenerator ? "g" : "b"}(${number});${leave}try{`;
    const opening = state.isUncaught ? `let ${FAILED}=1,${VALUE};${begin}` : begin;
    const closing = state.isUncaught ? UNCAUGHT_CLOSING : CLOSING;
    if (body.type !== "BlockStatement") {
      const [before, after] = returnWrapper(body, state);
      insert(body.start, `{${opening}return(${before}`);
      visit(body, inner, state);
      insert(body.end, `${after})${closing}}`);
      return;
    }
    const directive = lastDirective(body);
    if (directive === undefined) insert(body.start + 1, opening);
    else insert(directive.end, `;${opening}`);
    visitChildren(body, inner, state);
    insert(body.end - 1, closing);
  }

  /** Puts a call before and after what suspends a function. @returns whether it has visited the node. */
  function visitSuspension(node: SyntaxNode, scope: NameScope, state: FunctionState): boolean {
    switch (node.type) {
      case "AwaitExpression":
        wrapSuspension(node, node["argument"], { scope, state, before: "s", after: "w" });
        return true;
      case "YieldExpression":
        wrapSuspension(node, node["argument"], { scope, state, before: "p", after: "q" });
        return true;
      case "ReturnStatement":
        return visitReturn(node, scope, state);
      case "ThrowStatement":
        if (!state.isUncaught) return false;
        wrap(node, { scope, state, before: `${TRACER}.t(${SPAN},`, after: ")" });
        return true;
      case "CatchClause":
        resumeIn(node["body"], state);
        return false;
      case "TryStatement":
        if (node["finalizer"]) resumeIn(node["finalizer"], state);
        return false;
      case "ForOfStatement":
        if (node["await"] !== true) return false;
        visitForAwait(node, scope, state);
        return true;
      default:
        return false;
    }
  }

  function visitReturn(node: SyntaxNode, scope: NameScope, state: FunctionState): boolean {
    if (node["argument"] === null || node["argument"] === undefined) {
      if (state.isUncaught) insert(node.start + "return".length, ` void(${FAILED}=0)`);
      return true;
    }
    const [before, after] = returnWrapper(node["argument"], state);
    wrap(node, { scope, state, before, after });
    return true;
  }

  /** Puts text around the argument of a statement. */
  function wrap(
    node: SyntaxNode,
    how: { scope: NameScope; state: FunctionState; before: string; after: string },
  ): void {
    const argument: SyntaxNode = node["argument"];
    // `throw a, b` is one value, `t(a, b)` would be two.
    const isList = argument.type === "SequenceExpression";
    insert(argument.start, how.before + (isList ? "(" : ""));
    visit(argument, childScope(node, argument, how.scope), how.state);
    insert(argument.end, (isList ? ")" : "") + how.after);
  }

  /** A block that an error may lead to right after a suspension. */
  function resumeIn(block: SyntaxNode, state: FunctionState): void {
    if (!state.isAsync && !state.isGenerator) return;
    insert(block.start + 1, resumption(state));
  }

  function resumption(state: FunctionState): string {
    const awaited = state.isAsync ? `${TRACER}.w(${SPAN});` : "";
    return state.isGenerator ? `${TRACER}.q(${SPAN});${awaited}` : awaited;
  }

  function wrapSuspension(
    node: SyntaxNode,
    argument: SyntaxNode | null,
    how: { scope: NameScope; state: FunctionState; before: string; after: string },
  ): void {
    insert(node.start, `${TRACER}.${how.after}(${SPAN},`);
    if (argument === null || argument === undefined) {
      insert(node.end, ` ${TRACER}.${how.before}(${SPAN}))`);
      return;
    }
    insert(argument.start, ` ${TRACER}.${how.before}(${SPAN},`);
    visit(argument, childScope(node, argument, how.scope), how.state);
    insert(argument.end, "))");
  }

  function visitForAwait(node: SyntaxNode, scope: NameScope, state: FunctionState): void {
    const body: SyntaxNode = node["body"];
    visit(node["left"], scope, state);
    insert(node["right"].start, `${TRACER}.fa(${SPAN},`);
    visit(node["right"], scope, state);
    insert(node["right"].end, ")");
    if (body.type === "BlockStatement") {
      insert(body.start + 1, resumption(state));
      visit(body, scope, state);
    } else {
      insert(body.start, `{${resumption(state)}`);
      visit(body, scope, state);
      insert(body.end, "}");
    }
  }

  visit(program, FILE_SCOPE, untraced);
  // Stable: of two insertions at one place, the one made first comes first.
  return insertions.sort((a, b) => a.at - b.at);
}

/** Puts the insertions into the text. */
export function applyInsertions(source: string, insertions: readonly Insertion[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const { at, text } of insertions) {
    parts.push(source.slice(from, at), text);
    from = at;
  }
  parts.push(source.slice(from));
  return parts.join("");
}

function lastDirective(body: SyntaxNode): SyntaxNode | undefined {
  let last: SyntaxNode | undefined;
  for (const statement of body["body"] as SyntaxNode[]) {
    if (typeof statement["directive"] !== "string") break;
    last = statement;
  }
  return last;
}

/** What stands around a value that a function returns. */
function returnWrapper(value: SyntaxNode, state: FunctionState): [before: string, after: string] {
  // An async generator awaits what it returns.
  if (state.isAsync) return [`${TRACER}.${state.isGenerator ? "s" : "rt"}(${SPAN},`, ")"];
  if (!state.isUncaught) return ["", ""];
  // Assigned to a variable, a function without a name would get the variable's.
  if (isNamedByAssignment(unwrap(value))) return [`(${FAILED}=0,`, ")"];
  return [`(${VALUE}=(`, `),${FAILED}=0,${VALUE})`];
}

function isNamedByAssignment(value: SyntaxNode): boolean {
  return isFunction(value) || value.type === "ClassExpression";
}

function isMethod(node: SyntaxNode): boolean {
  return node.type === "MethodDefinition" ||
    node.type === "Property" && (node["method"] === true || node["kind"] !== "init");
}

/** Functions among the arguments of `page.evaluate(…)` and its like. */
function sentFunctions(node: SyntaxNode): SyntaxNode[] {
  if (node.type !== "CallExpression") return [];
  const callee = unwrap(node["callee"]);
  const method = callee.type === "MemberExpression" ? callee["property"].name : undefined;
  if (!SENDS_SOURCE.has(method)) return [];
  return (node["arguments"] as SyntaxNode[]).map(unwrap).filter(isFunction);
}

function isForAwait(node: SyntaxNode): boolean {
  let statement = node;
  while (statement.type === "LabeledStatement") statement = statement["body"];
  return statement.type === "ForOfStatement" && statement["await"] === true;
}
