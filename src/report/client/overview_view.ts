/**
 * The first view: what was run, what is worth a look, how the process fared,
 * and the table of names.
 *
 * @module
 */
import { charts } from "./charts.ts";
import { el } from "./dom.ts";
import { factsOf } from "./facts.ts";
import { findingsOf } from "./findings.ts";
import type { PageSource } from "./page_source.ts";
import { nameTable } from "./table.ts";

/** Shows it. */
export async function showOverview(
  source: PageSource,
  { run }: { run: number },
): Promise<Node> {
  const overview = await source.ask({ kind: "overview", run });
  if (overview === undefined) return el("p", { class: "notice" }, "Nothing is known of this run.");
  const { omissions } = source.head;
  return el(
    "div",
    { class: "view" },
    factsOf(overview, source.head.runs[run]!),
    findingsOf(overview, run),
    charts(overview),
    nameTable(overview, run),
    omissions.length > 0 && el(
      "section",
      { class: "omissions", "aria-label": "What is not in this page" },
      el("h2", {}, "What is not in this page"),
      el("ul", {}, ...omissions.map((text) => el("li", {}, text))),
    ),
    el("footer", {}, `ferret ${source.head.ferretVersion}`),
  );
}
