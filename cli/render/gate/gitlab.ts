/**
 * Verdicts as GitLab's code quality report: what failed or cannot be said, at
 * its line, with a fingerprint that stays the same while the threshold does.
 * An empty list is how GitLab learns that all is well again.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { sanitize, toSafeJson } from "../../../src/model/sanitize.ts";
import { type GateItem, type GateView, rankItems } from "./gate_view.ts";
import type { ToRepositoryPath } from "./repository.ts";

/** Twice the limit. */
const CRITICAL_EXCESS = Math.LN2;

/** A list of everything that did not pass. */
export function toGitlab(view: GateView, toPath: ToRepositoryPath): string {
  const seen = new Map<string, number>();
  const issues = rankItems(view.items)
    .filter(({ verdict }) => verdict === "fail" || verdict !== "pass" && view.warnsOfEach)
    .map((item) => {
      const identity = toSafeJson([view.kind, item.subject, item.question], 0);
      // GitLab shows one of those that have the same fingerprint.
      const times = seen.get(identity) ?? 0;
      seen.set(identity, times + 1);
      return {
        type: "issue",
        check_name: `ferret/${view.kind}/${sanitize(item.quantity)}`,
        description: sanitize(`${item.subject}: ${item.question}: ${item.message}`),
        categories: ["Performance"],
        fingerprint: createHash("sha256").update(`${identity}${times || ""}`).digest("hex"),
        severity: severityOf(item),
        location: locate(item, view.command, toPath),
      };
    });
  return `${toSafeJson(issues)}\n`;
}

function severityOf({ verdict, excess }: GateItem): "critical" | "major" | "minor" {
  if (verdict !== "fail") return "minor";
  return excess >= CRITICAL_EXCESS ? "critical" : "major";
}

/** GitLab wants a file for everything: what has none is the program's. */
function locate({ place }: GateItem, command: string, toPath: ToRepositoryPath) {
  const path = place === undefined ? undefined : toPath(place.file);
  if (path !== undefined) {
    return { path: sanitize(path), lines: { begin: Math.max(1, place!.line) } };
  }
  const program = /\.[cm]?[jt]sx?$/.test(command) ? toPath(command) : undefined;
  return { path: sanitize(program ?? "."), lines: { begin: 1 } };
}
