/**
 * Findings as sentences.
 *
 * @module
 */
import { nameText } from "../../src/model/name_text.ts";
import type { Finding, Findings } from "../../src/analysis/findings.ts";
import { formatDuration } from "../../src/model/duration.ts";
import { countOf, formatCount } from "../../src/model/numbers.ts";
import { sanitize } from "../../src/model/sanitize.ts";

/** Names of one caller that are listed. */
const MAX_NAMES = 4;

/** A line for each finding, none where there is none. */
export function findingLines({ findings, looked }: Findings): string[] {
  return [
    ...findings.map(describe),
    ...(looked === undefined ? [] : [
      `patterns of calls were looked for in ${formatCount(looked.calls)} of ${
        countOf(looked.of, "call")
      }, from ${looked.pieces} pieces of the run (--findings looks at all)`,
    ]),
  ];
}

function describe(finding: Finding): string {
  const place = finding.place === undefined ? "" : ` (${sanitize(finding.place)})`;
  switch (finding.kind) {
    case "repeated_calls": {
      const { name, parentName, callers, calls, mostCalls, totalNs } = finding.calls;
      return `N+1? ${nameText(parentName)}${place} calls ${nameText(name)} ${
        formatCount(calls / callers)
      } times each on average, ${formatCount(mostCalls)} at most (${countOf(callers, "caller")}, ${
        formatDuration(totalNs)
      } in all)`;
    }
    case "sequential_calls": {
      const { names, parentName, callers, savedNs } = finding.calls;
      const shown = names.slice(0, MAX_NAMES).map(nameText);
      const more = names.length - shown.length;
      return `one after the other: ${nameText(parentName)}${place} waits for ${
        shown.join(", then ")
      }${more > 0 ? ` and ${formatCount(more)} more` : ""}; at the same time would save ${
        formatDuration(savedNs / callers)
      } each of ${countOf(callers, "time")}, if none needs the other's result`;
    }
    case "blocking": {
      const { name, scope, parentName, count, totalNs, longestNs, ofLongest } = finding.calls;
      const caller = scope === "function" || parentName === "" ? "" : ` in ${nameText(parentName)}`;
      const among = ofLongest === undefined ? "" : ` (of the ${ofLongest} longest stops)`;
      return `event loop blocked by ${nameText(name)}${caller}${place}: ${
        countOf(count, "time")
      }${among}, ${formatDuration(longestNs)} at most, ${formatDuration(totalNs)} in all`;
    }
    case "errors": {
      const { name, type, count } = finding.errors;
      return `${countOf(count, "error")} ${type === undefined ? "" : `(${sanitize(type)}) `}in ${
        nameText(name)
      }${place}`;
    }
    case "unfinished": {
      const { name, count, firstStartNs } = finding.spans;
      return `never ended: ${nameText(name)}${place}, ${countOf(count, "span")}, the first began ${
        formatDuration(Math.max(0, firstStartNs))
      } after the start`;
    }
  }
}
