/**
 * What stands above every view: which run, which views there are, the theme.
 *
 * @module
 */
import { el, replace } from "./dom.ts";
import { showHelp } from "./keys.ts";
import type { PageSource } from "./page_source.ts";
import { type Route, toHash } from "./route.ts";
import { chooseTheme, chosenTheme, type Theme, THEMES } from "./theme.ts";

/** The header, and what tells it that another view is shown. */
export interface Header {
  element: HTMLElement;
  update(route: Route): void;
}

const RUN_VIEWS = [["overview", "Overview"], ["flame", "Flame graph"], [
  "timeline",
  "Timeline",
]] as const;

/** Makes it. */
export function createHeader(source: PageSource): Header {
  const { runs } = source.head;
  const tabs = el("nav", { class: "tabs", "aria-label": "Views" });
  const runTabs = el("nav", { class: "run-tabs", "aria-label": "Runs" });
  const title = el("span", { class: "command" });
  const element = el(
    "header",
    { class: "header" },
    el("a", { class: "skip", href: "#main", onclick: skip }, "Skip to content"),
    el("div", { class: "header-row" }, logo(), title, el("span", { class: "grow" }), tools()),
    el("div", { class: "header-row" }, tabs, el("span", { class: "grow" }), runTabs),
  );
  return {
    element,
    update(route) {
      const run = "run" in route ? route.run : undefined;
      replace(
        title,
        run === undefined ? runs.map((one) => one.title).join("  ⇄  ") : runs[run]!.title,
      );
      replace(tabs, ...(run === undefined ? compareTabs(route) : viewTabs(route, run)));
      if (runs.length > 1) replace(runTabs, ...runLinks(run));
    },
  };
}

function viewTabs({ view }: Route, run: number): Node[] {
  return [
    ...RUN_VIEWS.map(([name, text]) => tab({ view: name, run }, text, view === name)),
    ...(view === "name" ? [el("span", { class: "tab", "aria-current": "page" }, "Name")] : []),
    ...(view === "trace" ? [el("span", { class: "tab", "aria-current": "page" }, "Trace")] : []),
  ];
}

function compareTabs({ view }: Route): Node[] {
  return [
    tab({ view: "compare" }, "Differences", view === "compare"),
    tab({ view: "compare-flame" }, "Flame graph", view === "compare-flame"),
    ...(view === "compare-name"
      ? [el("span", { class: "tab", "aria-current": "page" }, "Name")]
      : []),
  ];
}

function runLinks(run: number | undefined): Node[] {
  return [
    tab({ view: "overview", run: 0 }, "Baseline", run === 0),
    tab({ view: "overview", run: 1 }, "Candidate", run === 1),
    tab({ view: "compare" }, "Compared", run === undefined),
  ];
}

function tab(route: Route, text: string, isCurrent: boolean): Node {
  const current = isCurrent ? "page" : undefined;
  return el("a", { class: "tab", href: toHash(route), "aria-current": current }, text);
}

function logo(): Node {
  return el(
    "a",
    { class: "logo", href: "#/", "aria-label": "ferret: overview" },
    el("span", { class: "logo-mark", "aria-hidden": "true" }, el("i"), el("i"), el("i")),
    "ferret",
  );
}

function tools(): Node {
  const select = el(
    "select",
    {
      "aria-label": "Theme",
      onchange: () => chooseTheme(select.value as Theme),
    },
    ...THEMES.map((theme) =>
      el(
        "option",
        { value: theme, selected: theme === chosenTheme() },
        theme[0]!.toUpperCase() + theme.slice(1),
      )
    ),
  );
  return el(
    "div",
    { class: "tools" },
    select,
    el("button", { type: "button", onclick: showHelp, "aria-label": "Keys" }, "?"),
  );
}

function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
