/**
 * What the page shows, as its address says it behind the `#`: so that back,
 * forward and bookmarks work.
 *
 * @module
 */

/** A view of a run; `run` is 0, or 1 for the candidate. */
export type Route =
  | { view: "overview" | "flame" | "timeline"; run: number }
  | { view: "name"; run: number; name: string; scope: string }
  | { view: "trace"; run: number; spanId: number; traceId: number; startNs: number; endNs: number }
  | { view: "compare" }
  | { view: "compare-name"; name: string; scope: string }
  | { view: "compare-flame" };

/** The part of the address. */
export function toHash(route: Route): string {
  const parts = (() => {
    switch (route.view) {
      case "name":
        return [route.run, "name", route.scope, route.name];
      case "trace":
        return [route.run, "trace", route.spanId, route.traceId, route.startNs, route.endNs];
      case "compare":
        return ["compare"];
      case "compare-name":
        return ["compare", "name", route.scope, route.name];
      case "compare-flame":
        return ["compare", "flame"];
      default:
        return [route.run, route.view];
    }
  })();
  return `#/${parts.map((part) => encodeURIComponent(wellFormed(String(part)))).join("/")}`;
}

/** Reads it. What makes no sense is the overview. */
export function parseHash(hash: string): Route {
  const [first = "", view, ...rest] = hash.replace(/^#\/?/, "").split("/").map(decode);
  if (first === "compare") {
    if (view === "name" && rest.length === 2) {
      return { view: "compare-name", scope: rest[0]!, name: rest[1]! };
    }
    return view === "flame" ? { view: "compare-flame" } : { view: "compare" };
  }
  const run = first === "1" ? 1 : 0;
  if (view === "flame" || view === "timeline") return { view, run };
  if (view === "name" && rest.length === 2) {
    return { view, run, scope: rest[0]!, name: rest[1]! };
  }
  const [spanId = NaN, traceId = NaN, startNs = NaN, endNs = NaN] = rest.map(Number);
  if (view === "trace" && Number.isFinite(endNs)) {
    return { view, run, spanId, traceId, startNs, endNs };
  }
  return { view: "overview", run };
}

/** What an address means on a page of so many runs: two are there to be compared. */
export function routeFor(hash: string, runs: number): Route {
  if (runs > 1 && /^#?\/?$/.test(hash)) return { view: "compare" };
  const route = parseHash(hash);
  const isThere = "run" in route ? route.run < runs : runs > 1;
  return isThere ? route : { view: "overview", run: 0 };
}

/** Half a surrogate pair has no place in an address: it gets one for which there is no name. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, (half) => `\u{10ffff}${half.charCodeAt(0).toString(16)};`);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text).replace(
      /\u{10ffff}([0-9a-f]+);/gu,
      (_, code: string) => String.fromCharCode(parseInt(code, 16)),
    );
  } catch {
    return "";
  }
}
