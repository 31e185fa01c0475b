/**
 * What a person would call a function: its own name or that of what it is
 * assigned to, after the class it is in, after the function it is in.
 *
 * @module
 */
import { type SyntaxNode, unwrap } from "./syntax.ts";

const MAX_ARGUMENT_CHARS = 40;

/** Where in the program a node stands, as far as names are concerned. */
export interface NameScope {
  /** Name of the enclosing function, with its own enclosing ones. */
  outer: string;
  /** What the node would be called: from the variable, property or call around it. */
  hint: string;
  /** Name of the enclosing class, for its members. */
  owner: string;
}

/** The scope of a whole file. */
export const FILE_SCOPE: NameScope = { outer: "", hint: "", owner: "" };

/** The name of a function, without the functions around it; empty when it has none. */
export function ownName(node: SyntaxNode, scope: NameScope): string {
  const id = node["id"]?.name;
  return typeof id === "string" ? id : scope.hint;
}

/** The full name. */
export function fullName(name: string, scope: NameScope): string {
  return scope.outer === "" ? name : `${scope.outer} > ${name}`;
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
      return child === value ? { ...scope, hint: nameOf(target) } : plain(scope);
    }
    case "Property":
      return child === parent["value"] ? { ...scope, hint: propertyName(parent, scope) } : plain(scope);
    case "ExportDefaultDeclaration":
      return { ...scope, hint: "default" };
    case "MethodDefinition":
    case "PropertyDefinition":
    case "AccessorProperty":
      return child === parent["value"]
        ? { ...scope, hint: memberName(parent, scope.owner), owner: "" }
        : plain(scope);
    case "ClassDeclaration":
    case "ClassExpression":
      if (child !== parent["body"]) return plain(scope);
      return { ...scope, owner: parent["id"]?.name ?? (scope.hint || "class"), hint: "" };
    case "CallExpression":
    case "NewExpression":
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
    case "ConditionalExpression":
    case "LogicalExpression":
    case "AwaitExpression":
      return scope;
    default:
      return scope.hint === "" ? scope : plain(scope);
  }
}

function plain(scope: NameScope): NameScope {
  return { ...scope, hint: "" };
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
  const isPath = /^[\w$#.]+$/.test(scope.hint);
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
