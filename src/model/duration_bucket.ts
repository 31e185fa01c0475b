/**
 * The buckets that durations are counted in: one for each ns below 128 ns, from
 * there on 64 to an octave, so that a bucket is at most 1/64 of its values wide.
 * The table `histograms` of a recording has the same.
 *
 * Gil Tene, HdrHistogram: https://github.com/HdrHistogram/HdrHistogram
 *
 * @module
 */

/** Buckets in an octave. */
const BUCKETS_AN_OCTAVE = 64;

/** The bucket of a duration in whole ns. */
export function bucketOf(durationNs: number): number {
  if (durationNs < 2 * BUCKETS_AN_OCTAVE) return durationNs;
  const high = Math.floor(durationNs / 4294967296);
  const bits = high === 0 ? 32 - Math.clz32(durationNs) : 64 - Math.clz32(high);
  const shift = bits - 7;
  return shift * BUCKETS_AN_OCTAVE + Math.floor(durationNs / 2 ** shift);
}

/** The shortest duration in a bucket, in ns. */
export function bucketStartNs(bucket: number): number {
  if (bucket < 2 * BUCKETS_AN_OCTAVE) return bucket;
  const shift = Math.floor(bucket / BUCKETS_AN_OCTAVE) - 1;
  return (bucket - shift * BUCKETS_AN_OCTAVE) * 2 ** shift;
}

/** How many ns long a bucket is. */
export function bucketWidthNs(bucket: number): number {
  return bucketStartNs(bucket + 1) - bucketStartNs(bucket);
}
