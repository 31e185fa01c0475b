/**
 * The functions of `node:fs` that ferret itself uses inside the program: those
 * of the runtime, whatever stands in their place by now.
 *
 * @module
 */
import { builtin } from "./self.ts";

interface OwnFs {
  readFileSync(path: string, encoding: "utf8"): string;
  fstatSync(fd: number): { ino: number };
}

let kept: OwnFs | undefined;

/** To be called first before any of them is replaced. */
export function ownFs(): OwnFs {
  if (kept === undefined) {
    const { readFileSync, fstatSync } = builtin<OwnFs>("node:fs");
    kept = { readFileSync, fstatSync };
  }
  return kept;
}
