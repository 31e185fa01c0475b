/**
 * Answers what the page asks from a recording: for a page in one file as long
 * as it is built, for a served one whenever it asks.
 *
 * @module
 */
import type { SpanReader } from "../model/span_reader.ts";
import { readCalls } from "./call_paths.ts";
import { buildNameDetails, entryRows, explainName } from "./name_detail.ts";
import { buildOverview } from "./overview.ts";
import type { Overview, PageAnswers, PageRequest } from "./page_requests.ts";
import { readSlices, readTrace } from "./slices.ts";

/** Answers requests about one run. */
export class RunAnswers {
  readonly #reader: SpanReader;
  readonly #timelineSpans: number | undefined;
  #overview: Promise<Overview> | undefined;

  /** @param options.timelineSpans Most spans of a timeline. Default: 200,000. */
  constructor(reader: SpanReader, options: { timelineSpans?: number } = {}) {
    this.#reader = reader;
    this.#timelineSpans = options.timelineSpans;
  }

  /** @returns undefined when there is no such thing. */
  async answer(request: PageRequest): Promise<PageAnswers[PageRequest["kind"]] | undefined> {
    switch (request.kind) {
      case "overview":
        return await this.overview();
      case "name":
        return await this.#name(request);
      case "calls":
        return await readCalls(this.#reader);
      case "slices":
        return await readSlices(this.#reader, {
          during: { sinceNs: request.fromNs, untilNs: request.toNs },
          limit: this.#timelineSpans,
        });
      case "trace":
        return await readTrace(this.#reader, request);
    }
  }

  /** Read once: everything else starts from its rows. */
  overview(): Promise<Overview> {
    this.#overview ??= buildOverview(this.#reader);
    return this.#overview;
  }

  async #name({ name, scope }: PageRequest & { kind: "name" }) {
    const { rows } = await this.overview();
    const row = rows.find((one) => one.name === name && one.scope === scope);
    if (row === undefined) return undefined;
    const [detail] = await buildNameDetails(this.#reader, [row]);
    const withCauses = entryRows(rows).includes(row);
    return { ...detail!, ...await explainName(this.#reader, row, { withCauses }) };
  }
}
