/**
 * A verdict in the formats that are the same for all of them.
 *
 * @module
 */
import type { GateFormat } from "../../formats.ts";
import { toGateMarkdown } from "./gate_markdown.ts";
import type { GateView } from "./gate_view.ts";
import { toGithub } from "./github.ts";
import { toGitlab } from "./gitlab.ts";
import { toJunit } from "./junit.ts";
import { repositoryPaths } from "./repository.ts";
import { toTap } from "./tap.ts";

/** @param text The verdict for people, where a format has it too. */
export function renderGate(
  view: GateView,
  format: Exclude<GateFormat, "text" | "json">,
  text: () => string,
): string {
  switch (format) {
    case "junit":
      return toJunit(view);
    case "github":
      return toGithub(view, text(), repositoryPaths());
    case "gitlab":
      return toGitlab(view, repositoryPaths());
    case "markdown":
      return toGateMarkdown(view);
    case "tap":
      return toTap(view);
  }
}
