/**
 * What a person would call a function: its own name or that of what it is
 * assigned to, after the class it is in, after the function it is in.
 *
 * @module
 */
import { isFunction, type SyntaxNode, unwrap } from "./syntax.ts";

const MAX_ARGUMENT_CHARS = 40;

/** Where in the program a node stands, as far as names are concerned. */
export interface NameScope {
  /** Name of the enclosing function, with its own enclosing ones. */
  outer: string;
  /** What the node would be called: from the variable, property or call around it. */
  hint: string;
  /** Name of the enclosing class, for its members. */
  owner: string;
  /** The namespaces around the node, inside of `outer`: `Shapes.`. */
  space: string;
  /** Set on the way to a function that stands for a namespace of this name. */
  namespace: string;
  /** In a constructor, the scope of its class, which `this.close = …` belongs to. */
  self: NameScope | undefined;
}

/** The scope of a whole file. */
export const FILE_SCOPE: NameScope = {
  outer: "",
  hint: "",
  owner: "",
  space: "",
  namespace: "",
  self: undefined,
};

/** The scope of what is in a function called `name`, itself in `scope`. */
export function functionScope(name: string, scope: NameScope): NameScope {
  return { ...FILE_SCOPE, outer: name, self: scope.self };
}

/**
 * The scope in a function that is none to a person: namespaces and enums of
 * TypeScript reach Deno as `(function (Name) { … })(Name || (Name = {}))`.
 */
export function namespaceScope(scope: NameScope): NameScope | undefined {
  return scope.namespace === "" ? undefined : insideNamespace(scope, scope.namespace);
}

function insideNamespace(scope: NameScope, name: string): NameScope {
  return { ...plain(scope), space: `${scope.space}${name}.` };
}

/** The name of a function, without the functions around it; empty when it has none. */
export function ownName(node: SyntaxNode, scope: NameScope): string {
  const id = node["id"]?.name;
  return typeof id === "string" ? id : scope.hint;
}

/** The full name. */
export function fullName(name: string, scope: NameScope): string {
  const path = scope.space === "" ? name : inSpace(name, scope.space);
  return scope.outer === "" ? path : `${scope.outer} > ${path}`;
}

/** `Shapes.area`, `get Shapes.Circle.area`; `Shapes.area` also where it is assigned as such. */
function inSpace(name: string, space: string): string {
  const kind = /^(?:get|set|new) (?=[\w$.#]+$)/.exec(name)?.[0] ?? "";
  const path = name.slice(kind.length);
  const innermost = space.split(".").at(-2)!;
  const isAssigned = path.startsWith(`${innermost}.`);
  return kind + space + (isAssigned ? path.slice(innermost.length + 1) : path);
}

/** The scope of `child` of `parent`: hints come from what a function is assigned or passed to. */
export function childScope(
  parent: SyntaxNode,
  child: SyntaxNode,
  scope: NameScope,
): NameScope {
  switch (parent.type) {
    case "VariableDeclarator":
    case "AssignmentPattern":
    case "AssignmentExpression": {
      const target: SyntaxNode = parent["id"] ?? parent["left"];
      const value: SyntaxNode = parent["init"] ?? parent["right"];
      if (child !== value) return plain(scope);
      const isMember = scope.self !== undefined && isMemberOfThis(target) && isDefinition(value);
      if (!isMember) return { ...scope, hint: nameOf(target) };
      // As if it were written in the class, which is where Deno took a field's initializer from.
      return { ...scope.self!, hint: `${scope.self!.owner}.${nameOf(target)}`, owner: "" };
    }
    case "Property":
      return child === parent["value"]
        ? { ...scope, hint: propertyName(parent, scope) }
        : plain(scope);
    case "ExportDefaultDeclaration":
      return { ...scope, hint: "default" };
    case "MethodDefinition":
    case "PropertyDefinition":
    case "AccessorProperty":
      if (child !== parent["value"]) return plain(scope);
      return {
        ...scope,
        hint: memberName(parent, scope.owner),
        owner: "",
        self: parent["kind"] === "constructor" ? scope : undefined,
      };
    case "ClassDeclaration":
    case "ClassExpression":
      if (child !== parent["body"]) return plain(scope);
      return { ...scope, owner: parent["id"]?.name ?? (scope.hint || "class"), hint: "" };
    case "TSModuleDeclaration":
      return insideNamespace(scope, namespaceName(parent["id"]));
    case "JSXAttribute":
      return { ...scope, hint: keyName(parent["name"], false) };
    case "JSXElement":
    case "JSXFragment":
      return { ...scope, hint: "children" };
    case "CallExpression":
    case "NewExpression":
      if (child === parent["callee"]) {
        return { ...plain(scope), namespace: calledNamespace(parent) };
      }
      return (parent["arguments"] as SyntaxNode[]).includes(child)
        ? { ...scope, hint: callbackName(parent) }
        : plain(scope);
    // What is written in these is still what they are assigned to.
    case "ObjectExpression":
    case "ClassBody":
    case "ParenthesizedExpression":
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
    case "ConditionalExpression":
    case "LogicalExpression":
    case "AwaitExpression":
    case "JSXExpressionContainer":
      return scope;
    default:
      return scope.hint === "" && scope.namespace === "" ? scope : plain(scope);
  }
}

function plain(scope: NameScope): NameScope {
  return { ...scope, hint: "", namespace: "" };
}

/** The namespace that a call makes: it gets `Name || (Name = {})`, and that alone. */
function calledNamespace(call: SyntaxNode): string {
  const fn = unwrap(call["callee"]);
  const [argument, ...others] = call["arguments"] as SyntaxNode[];
  if (fn.type !== "FunctionExpression" || (fn["id"] ?? null) !== null) return "";
  if (argument?.type !== "LogicalExpression" || others.length > 0) return "";
  const name = (fn["params"] as SyntaxNode[])[0]?.["name"];
  const fallback = unwrap(argument["right"]);
  const made = fallback.type === "AssignmentExpression" ? fallback["right"] : fallback;
  const isNamespace = made.type === "ObjectExpression" && typeof name === "string" &&
    nameOf(argument["left"]).split(".").at(-1) === name;
  return isNamespace ? name : "";
}

function namespaceName(id: SyntaxNode): string {
  if (id.type !== "TSQualifiedName") return String(id["name"] ?? id["value"]);
  return `${namespaceName(id["left"])}.${namespaceName(id["right"])}`;
}

function isMemberOfThis(target: SyntaxNode): boolean {
  return target.type === "MemberExpression" && target["object"].type === "ThisExpression" &&
    nameOf(target) !== "";
}

function isDefinition(value: SyntaxNode): boolean {
  const inner = unwrap(value);
  return isFunction(inner) || inner.type === "ObjectExpression";
}

/** `a`, `a.b`, `Cart.total` for `Cart.prototype.total`; empty for what has no short name. */
function nameOf(node: SyntaxNode): string {
  const target = unwrap(node);
  switch (target.type) {
    case "Identifier":
      return target["name"];
    case "ThisExpression":
    case "Super":
      return "";
    case "MemberExpression": {
      const object = nameOf(target["object"]);
      const property = keyName(target["property"], target["computed"]);
      if (property === "" || property === "prototype") return object;
      if (object === "" || object === "module" || object === "exports") return property;
      return `${object}.${property}`;
    }
    default:
      return "";
  }
}

function keyName(key: SyntaxNode, isComputed: boolean): string {
  const target = unwrap(key);
  if (target.type === "JSXIdentifier") return target["name"];
  if (target.type === "PrivateIdentifier") return `#${target["name"]}`;
  if (target.type === "Literal") return String(target["value"]);
  if (!isComputed && target.type === "Identifier") return target["name"];
  const path = nameOf(target);
  return path === "" ? "" : `[${path}]`;
}

function propertyName(property: SyntaxNode, scope: NameScope): string {
  const key = keyName(property["key"], property["computed"]);
  const prefix = property["kind"] === "get" || property["kind"] === "set"
    ? `${property["kind"]} `
    : "";
  const isPath = /^[\w$#.]+$/.test(scope.hint) && scope.hint !== "exports";
  return prefix + (isPath ? `${scope.hint}.${key}` : key);
}

function memberName(member: SyntaxNode, owner: string): string {
  if (member["kind"] === "constructor") return `new ${owner}`;
  const name = `${owner}.${keyName(member["key"], member["computed"])}`;
  return member["kind"] === "get" || member["kind"] === "set" ? `${member["kind"]} ${name}` : name;
}

/** `map callback`, or `get /users/:id callback` when the call says what it is for. */
function callbackName(call: SyntaxNode): string {
  const callee = unwrap(call["callee"]);
  const path = callee.type === "MemberExpression"
    ? keyName(callee["property"], callee["computed"])
    : nameOf(callee);
  const name = call.type === "NewExpression" && path !== "" ? `new ${path}` : path;
  const first = call["arguments"][0] as SyntaxNode | undefined;
  const text = first?.type === "Literal" && typeof first["value"] === "string"
    ? first["value"]
    : "";
  const about = text !== "" && text.length <= MAX_ARGUMENT_CHARS ? ` ${text}` : "";
  return name === "" ? "" : `${name}${about} callback`;
}
