/**
 * What the tests of http hooks have in common: code for programs that talk to
 * their own server, and looks at the spans that come of it.
 *
 * @module
 */
import type { RecordedSpan } from "./recorded_program.ts";

/** Source of `ask(port, path, init)`, which prints what a server answers. */
export const ASK = `
async function ask(port: number, path: string, init?: RequestInit) {
  try {
    const response = await fetch("http://localhost:" + port + path, init);
    const text = await response.text();
    const headers = [...response.headers].filter(([name]) => name !== "date");
    console.log(path, response.status, JSON.stringify(headers), text);
  } catch (error) {
    console.log(path, (error as Error).name);
  }
}
`;

/** Spans of the server by path, the last one for each. */
export function servedByPath(spans: RecordedSpan[]): Record<string, RecordedSpan> {
  const served = spans.filter(({ scope }) => scope === "http.server");
  return Object.fromEntries(served.map((span) => [span.attributes["url.path"], span]));
}

/** Status of the span, status code of the response. */
export function statusOf(span: RecordedSpan | undefined): unknown[] {
  return [span?.status, span?.attributes["http.response.status_code"]];
}
