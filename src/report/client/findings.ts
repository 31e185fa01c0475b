/**
 * What is worth a look, as sentences with links to the names they are about.
 *
 * @module
 */
import type { Finding } from "../../analysis/findings.ts";
import { countOf, formatCount } from "../../model/numbers.ts";
import type { Overview } from "../page_requests.ts";
import { type Child, el } from "./dom.ts";
import { toHash } from "./route.ts";
import { duration } from "./units.ts";

/** Names of one caller that are listed. */
const MAX_NAMES = 5;

/** Shows them; nothing when there are none. */
export function findingsOf({ findings, rows }: Overview, run: number): Node | undefined {
  if (findings === undefined) return undefined;
  const { looked } = findings;
  if (findings.findings.length === 0 && looked === undefined) return undefined;
  const known = new Map(rows.map(({ name, scope }) => [name, scope]));
  const link = (name: string) => {
    const scope = known.get(name);
    if (scope === undefined) return el("code", {}, name);
    return el("a", { class: "name", href: toHash({ view: "name", run, name, scope }) }, name);
  };
  return el(
    "section",
    { "aria-labelledby": "findings-title" },
    el("h2", { id: "findings-title" }, "Worth a look"),
    el(
      "ul",
      { class: "findings" },
      ...findings.findings.map((finding) => {
        const { badge, text } = describe(finding, link);
        const { place } = finding;
        const where = place === undefined ? [] : [" ", el("code", {}, place)];
        return el(
          "li",
          {},
          el("span", { class: "badge" }, badge),
          el("span", {}, ...text, ...where),
        );
      }),
    ),
    looked !== undefined &&
      el(
        "p",
        { class: "hint" },
        `Patterns of calls were looked for in ${formatCount(looked.calls)} of ${
          countOf(looked.of, "call")
        }, from ${looked.pieces} pieces of the run.`,
      ),
  );
}

function describe(
  finding: Finding,
  link: (name: string) => Node,
): { badge: string; text: Child[] } {
  switch (finding.kind) {
    case "repeated_calls": {
      const { name, parentName, callers, calls, mostCalls, totalNs } = finding.calls;
      return {
        badge: "N+1",
        text: [
          link(parentName),
          " calls ",
          link(name),
          ` ${formatCount(calls / callers)} times each on average, ${formatCount(mostCalls)} at ` +
          `most (${countOf(callers, "caller")}, ${duration(totalNs)} in all)`,
        ],
      };
    }
    case "sequential_calls": {
      const { names, parentName, callers, savedNs } = finding.calls;
      const shown = names.slice(0, MAX_NAMES);
      const more = names.length - shown.length;
      return {
        badge: "In turn",
        text: [
          link(parentName),
          " waits for ",
          ...shown.flatMap((name, i) => [i === 0 ? "" : ", then ", link(name)]),
          `${more > 0 ? ` and ${formatCount(more)} more` : ""}; at the same time would save ` +
          `${duration(savedNs / callers)} each of ${countOf(callers, "time")}, if none needs ` +
          "the other’s result",
        ],
      };
    }
    case "blocking": {
      const { name, scope, parentName, count, totalNs, longestNs } = finding.calls;
      return {
        badge: "Blocks",
        text: [
          link(name),
          ...(scope === "function" || parentName === "" ? [] : [" in ", link(parentName)]),
          ` kept the event loop from running ${countOf(count, "time")}, ${
            duration(longestNs)
          } at ` +
          `most, ${duration(totalNs)} in all`,
        ],
      };
    }
    case "errors": {
      const { name, type, count } = finding.errors;
      return {
        badge: "Errors",
        text: [
          `${countOf(count, "error")} ${type === undefined ? "" : `(${type}) `}in `,
          link(name),
        ],
      };
    }
    case "unfinished": {
      const { name, count, firstStartNs } = finding.spans;
      return {
        badge: "Never ended",
        text: [
          link(name),
          `: ${countOf(count, "span")}, the first began ${
            duration(Math.max(0, firstStartNs))
          } after the start`,
        ],
      };
    }
  }
}
