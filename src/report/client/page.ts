/**
 * The report's page: finds its data, and shows what its address says.
 *
 * @module
 */
import { showCompare, showCompareFlame, showCompareName } from "./compare_view.ts";
import { el, replace } from "./dom.ts";
import { showFlame } from "./flame_view.ts";
import { createHeader } from "./header.ts";
import { listenForKeys } from "./keys.ts";
import { showName } from "./name_view.ts";
import { showOverview } from "./overview_view.ts";
import { openSource, type PageSource } from "./page_source.ts";
import { type Route, routeFor } from "./route.ts";
import { startTheme } from "./theme.ts";
import { showTimeline } from "./timeline_view.ts";
import { showTrace } from "./trace_view.ts";

function show(source: PageSource, route: Route): Promise<Node> {
  switch (route.view) {
    case "overview":
      return showOverview(source, route);
    case "name":
      return showName(source, route);
    case "flame":
      return showFlame(source, route);
    case "timeline":
      return showTimeline(source, route);
    case "trace":
      return showTrace(source, route);
    case "compare":
      return showCompare(source);
    case "compare-name":
      return showCompareName(source, route);
    case "compare-flame":
      return showCompareFlame(source);
  }
}

async function main(): Promise<void> {
  startTheme();
  const source = openSource();
  const body = el("main", { id: "main", tabindex: -1 });
  const header = createHeader(source);
  replace(document.getElementById("page")!, header.element, body);
  listenForKeys();
  let shown = 0;
  const update = async () => {
    const number = ++shown;
    const route = routeFor(location.hash, source.head.runs.length);
    header.update(route);
    let content: Node;
    try {
      content = await show(source, route);
    } catch (error) {
      content = el("p", { class: "notice", role: "alert" }, `Cannot show this: ${error}`);
    }
    // Somebody was faster than the data.
    if (number !== shown) return;
    replace(body, content);
    if (number > 1) {
      scrollTo(0, 0);
      body.focus({ preventScroll: true });
    }
    document.documentElement.dataset["ready"] = location.hash || "#";
  };
  addEventListener("hashchange", () => void update());
  await update();
}

void main();
