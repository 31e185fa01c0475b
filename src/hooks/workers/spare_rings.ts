/**
 * Rings for the workers of a Deno program that has no permission to map files:
 * ferret's own is given back before the program's first line, so they are
 * mapped before, as far as ferret has made them. They have no memory behind
 * them until one is claimed.
 *
 * @module
 */
import { C_RING_BYTES, claimRing, CLAIMS_BYTES, SPARE_RINGS } from "../../ring/claims.ts";
import { mapFile } from "../../runtime/map_file.ts";
import type { HandedRing, RingSupply } from "./worker_data.ts";
import { Map } from "../../runtime/intrinsics.ts";

export class SpareRings implements RingSupply {
  readonly #page: Int32Array;
  readonly #mapped = new Map<number, ArrayBuffer>();

  /** Maps them. @throws where that is not permitted. */
  constructor(claimsPath: string) {
    const bytes = mapFile(claimsPath, CLAIMS_BYTES);
    this.#page = new Int32Array(bytes.buffer, bytes.byteOffset, CLAIMS_BYTES / 4);
    const folder = claimsPath.slice(0, claimsPath.lastIndexOf("/"));
    for (let ring = 1; ring <= SPARE_RINGS; ring++) {
      const mapped = mapFile(`${folder}/ring-${ring}`, this.#page[C_RING_BYTES]!);
      this.#mapped.set(ring, mapped.buffer as ArrayBuffer);
    }
  }

  /** Claims a ring; undefined when there is none left that is mapped here. */
  take(): HandedRing | undefined {
    const ring = claimRing(this.#page)?.ring;
    const buffer = ring === undefined ? undefined : this.#mapped.get(ring);
    if (ring === undefined || buffer === undefined) return undefined;
    this.#mapped.delete(ring);
    return { ring, buffer };
  }
}
