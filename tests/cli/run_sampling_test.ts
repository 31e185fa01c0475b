/** What `ferret run` records of a program, by its options and by the environment. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { planSampling } from "../../cli/run/sampling.ts";

const NONE = { maxSpansPerSecond: 0, keep: [] };

test("a run is sampled as it is asked to be", () => {
  assert.deepEqual(planSampling(NONE, {}), { sampling: undefined, note: undefined });
  assert.equal(planSampling({ ...NONE, sampleRatio: 1 }, {}).sampling, undefined);
  assert.deepEqual(planSampling({ ...NONE, sampleRatio: 0 }, {}).sampling, {
    ratio: 0,
    maxSpansPerSecond: 0,
  });
  assert.deepEqual(planSampling({ ...NONE, maxSpansPerSecond: 5 }, {}).sampling, {
    ratio: 1,
    maxSpansPerSecond: 5,
  });
  assert.deepEqual(planSampling({ ...NONE, keep: ["errors", "slow:1s"] }, {}).sampling, {
    ratio: 1,
    maxSpansPerSecond: 0,
    keep: "errors,slow:1s",
  });
});

test("without --sample the variables of OpenTelemetry count, as far as they are understood", () => {
  const plan = (OTEL_TRACES_SAMPLER: string, OTEL_TRACES_SAMPLER_ARG?: string, ratio?: number) => {
    const options = ratio === undefined ? NONE : { ...NONE, sampleRatio: ratio };
    const environment = { OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG };
    const { sampling, note } = planSampling(options, environment);
    return [sampling?.ratio, note !== undefined];
  };
  assert.deepEqual(plan("traceidratio", "0.25"), [0.25, true]);
  assert.deepEqual(plan("ParentBased_TraceIdRatio", " 0.5 "), [0.5, true]);
  assert.deepEqual(plan("traceidratio", "0.25", 0.1), [0.1, false]);
  assert.deepEqual(plan("traceidratio", "0.25", 1), [undefined, false]);
  for (const argument of [undefined, "", "2", "-1", "a tenth"]) {
    assert.deepEqual(plan("traceidratio", argument), [undefined, false]);
  }
  // Somebody who switches off the program's own tracing does not mean ferret's.
  assert.deepEqual(plan("always_off"), [undefined, false]);
  assert.deepEqual(plan("jaeger_remote", "0.1"), [undefined, false]);
});
