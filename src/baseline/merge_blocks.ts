/**
 * The spans of a name as one block, where nobody asks how they follow one
 * another.
 *
 * @module
 */
import type { NameProfile } from "../model/run_profile.ts";

/** All blocks of a name as one. */
export function mergeBlocks(
  { blocks, errors }: NameProfile,
): Pick<NameProfile, "blocks" | "blockErrors"> {
  const counts = new Map<number, number>();
  for (const block of blocks) {
    block.buckets.forEach((bucket, i) => {
      counts.set(bucket, (counts.get(bucket) ?? 0) + block.counts[i]!);
    });
  }
  const sorted = [...counts].sort(([a], [b]) => a - b);
  return {
    blocks: [{ buckets: sorted.map(([bucket]) => bucket), counts: sorted.map(([, n]) => n) }],
    blockErrors: [errors],
  };
}
