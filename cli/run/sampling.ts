/**
 * What of a program's spans is recorded: as the user asks for it, or, where
 * nothing is asked for, as the environment tells every OpenTelemetry SDK.
 *
 * @module
 */
import type { RunSampling } from "../../src/model/run_info.ts";
import type { RunOptions } from "./options.ts";

/** The samplers of OpenTelemetry that `--sample` does the same as. */
const SAMPLERS = ["traceidratio", "parentbased_traceidratio"];

/** How a run is sampled. */
export interface SamplingPlan {
  /** Undefined: everything is recorded. */
  sampling: RunSampling | undefined;
  /** Something that the user did not say in so many words. */
  note: string | undefined;
}

/** Decides how a run is sampled. */
export function planSampling(
  options: Pick<RunOptions, "sampleRatio" | "maxSpansPerSecond" | "keep">,
  environment: Readonly<Record<string, string | undefined>>,
): SamplingPlan {
  const { maxSpansPerSecond, keep } = options;
  const inherited = options.sampleRatio === undefined ? readSampler(environment) : undefined;
  const ratio = options.sampleRatio ?? inherited ?? 1;
  const isSampled = ratio < 1 || maxSpansPerSecond > 0 || keep.length > 0;
  return {
    sampling: isSampled
      ? { ratio, maxSpansPerSecond, ...(keep.length > 0 ? { keep: keep.join(",") } : {}) }
      : undefined,
    note: inherited !== undefined && ratio < 1
      ? `${Number((ratio * 100).toPrecision(3))}% of the traces are recorded, ` +
        "as OTEL_TRACES_SAMPLER says (--sample 1 records all)"
      : undefined,
  };
}

/** The ratio of an OpenTelemetry sampler; what it cannot be, it is not, as the SDKs do. */
function readSampler(environment: Readonly<Record<string, string | undefined>>) {
  const sampler = environment["OTEL_TRACES_SAMPLER"]?.trim().toLowerCase();
  if (sampler === undefined || !SAMPLERS.includes(sampler)) return undefined;
  const argument = environment["OTEL_TRACES_SAMPLER_ARG"]?.trim() ?? "";
  const ratio = Number(argument);
  return argument !== "" && ratio >= 0 && ratio <= 1 ? ratio : undefined;
}
