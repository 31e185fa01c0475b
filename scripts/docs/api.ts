/**
 * The public names of mod.ts and what their comments say, from `deno doc`.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { ROOT } from "../root.ts";
import { findRuntime } from "../runtimes.ts";
import { findCode } from "./markdown.ts";

/** A name that users can import, or the module itself. */
export interface PublicName {
  name: string;
  /** A value needs an example; a type only a sentence. */
  isValue: boolean;
  doc: string;
  /** TypeScript of its examples. */
  examples: string[];
}

interface JsDoc {
  doc?: string;
  tags?: { kind: string; doc?: string }[];
}

interface DocOutput {
  nodes: Record<string, {
    module_doc?: JsDoc;
    symbols: { name: string; declarations: { kind: string; jsDoc?: JsDoc }[] }[];
  }>;
}

const TYPE_KINDS = new Set(["interface", "typeAlias"]);

/** Lists what mod.ts exports. */
export function readPublicNames(): PublicName[] {
  const { status, stdout, stderr } = spawnSync(
    findRuntime("deno").path,
    ["doc", "--json", "mod.ts"],
    { cwd: ROOT, encoding: "utf8", maxBuffer: 2 ** 26 },
  );
  if (status !== 0) throw new Error(`Cannot read the documentation of mod.ts: ${stderr}`);
  return Object.values((JSON.parse(stdout) as DocOutput).nodes).flatMap((module) => [
    describe("mod.ts", true, module.module_doc),
    ...module.symbols.map(({ name, declarations }) => {
      const { kind, jsDoc } = declarations[0]!;
      return describe(name, !TYPE_KINDS.has(kind), jsDoc);
    }),
  ]);
}

function describe(name: string, isValue: boolean, jsDoc: JsDoc | undefined): PublicName {
  const examples = (jsDoc?.tags ?? [])
    .filter(({ kind }) => kind === "example")
    .flatMap(({ doc }) => findCode(doc ?? "").map(({ code }) => code));
  return { name, isValue, doc: jsDoc?.doc ?? "", examples };
}
