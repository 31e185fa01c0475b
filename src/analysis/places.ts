/**
 * Where in the program the functions of a name are.
 *
 * @module
 */
import type { RecordedSource, SpanKey, SpanReader } from "../model/span_reader.ts";

/** Places by the names of functions. */
export class Places {
  readonly #byName: ReadonlyMap<string, readonly RecordedSource[]>;

  constructor(sources: readonly RecordedSource[]) {
    this.#byName = Map.groupBy(sources, ({ name }) => name);
  }

  /** Reads those of a run. */
  static async of(reader: Pick<SpanReader, "sources">): Promise<Places> {
    return new Places(await reader.sources());
  }

  /** `src/cart.ts:12` of each function of that name. */
  named(name: string): string[] {
    return this.#byName.get(name)?.map(({ file, line }) => `${file}:${line}`) ?? [];
  }

  /** Where the only one of that name is: of several nobody knows which is meant. */
  only(name: string): Pick<RecordedSource, "file" | "line"> | undefined {
    const sources = this.#byName.get(name) ?? [];
    if (sources.length !== 1) return undefined;
    const { file, line } = sources[0]!;
    return { file, line };
  }

  /** The first of them, and how many more there are; empty for what is no function. */
  text({ name, scope }: SpanKey): string {
    if (scope !== "function") return "";
    const [first = "", ...others] = this.named(name);
    return others.length === 0 ? first : `${first} +${others.length}`;
  }
}
