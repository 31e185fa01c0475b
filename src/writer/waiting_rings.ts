/**
 * The rings of a run whose ferret died: which there are, and whether somebody
 * still writes to them.
 *
 * A partial may come from anybody, so what it names is looked at before it is
 * opened: only a file that this user alone can have put there is a ring.
 *
 * @module
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { LAYOUT_VERSION, MAGIC } from "../ring/layout.ts";
import { readRingHeader, type RingHeader } from "../ring/ring_file.ts";
import { isPrivateFile, isPrivateFolder } from "../runtime/private_folder.ts";
import { processIdentity } from "../runtime/process_identity.ts";
import { hasMapped } from "../runtime/process_uses.ts";
import type { StoredRing } from "../store/run_store.ts";
import type { RingSource } from "./ring_source.ts";

/** A ring that must not be touched: another user's, or one of another ferret. */
export class RefusedRingError extends Error {
  override name = "RefusedRingError";
}

/** Producer states of a ring's header. */
const ATTACHED = 1;

/** A ring, and what its header says unless it is gone. */
export interface FoundRing {
  source: RingSource;
  path?: string;
  header?: RingHeader;
}

/** The rings of a run, in the order of their numbers, and where they lie. */
export interface WaitingRings {
  rings: FoundRing[];
  folder: string | undefined;
}

/**
 * Finds the rings of a run: those that its partial names, and those that lie
 * beside them because threads took them that the partial never heard of.
 *
 * @param named What the partial names, in the order of their numbers.
 * @param folder The run's private folder, if it is known.
 * @throws {RefusedRingError} when one must not be touched.
 */
export function findRings(named: readonly StoredRing[], folder: string | undefined): WaitingRings {
  const rings = named.map(({ path }): FoundRing =>
    path === undefined || !existsSync(path) ? { source: { kind: "gone" } } : look(path)
  );
  const [first] = rings.flatMap(({ path }) => path ?? []);
  const home = folder ?? (first === undefined ? undefined : dirname(first));
  const known = new Set(named.map(({ path }) => path === undefined ? "" : basename(path)));
  for (const path of home === undefined ? [] : ringFiles(home)) {
    const ring = known.has(basename(path)) ? undefined : look(path);
    // To the others no thread has come.
    if (ring !== undefined && isTaken(ring)) rings.push(ring);
  }
  return { rings, folder: home };
}

/** Files of rings in a run's folder, by their numbers. */
export function ringFiles(folder: string): string[] {
  const numberOf = (name: string) => Number(name.slice(name.indexOf("-") + 1));
  return readdirSync(folder).filter((name) => /^ring-\d+$/.test(name))
    .sort((a, b) => numberOf(a) - numberOf(b))
    .map((name) => join(folder, name));
}

/** A living process that still writes to one of the rings. */
export function livingProducer({ rings }: WaitingRings): number | undefined {
  return rings.find(isWritten)?.header?.producerPid;
}

/** Whether a thread has ever come to the ring. */
export function isTaken({ header }: FoundRing): boolean {
  return header !== undefined && header.producerState !== 0;
}

/** Whether the process that writes to the ring is alive. */
export function isWritten({ path, header }: FoundRing): boolean {
  if (header?.producerState !== ATTACHED) return false;
  const { producerPid: pid, producerStart } = header;
  const identity = processIdentity(pid);
  if (identity === undefined) return false;
  if (producerStart !== 0 && identity.startTime !== 0) return identity.startTime === producerStart;
  // Ferret died before it knew: only who has the ring mapped is no stranger with the same id.
  return hasMapped(pid, path!) ?? true;
}

function look(path: string): FoundRing {
  if (!isPrivateFolder(dirname(path)) || !isPrivateFile(path)) {
    throw new RefusedRingError(
      `its ring "${path}" is not a file of this user's alone in a folder of ferret's`,
    );
  }
  const header = readRingHeader(path);
  // A file that was reserved, and of which no ring was made.
  if (header.magic === 0 && header.version === 0) return { source: { kind: "gone" } };
  if (header.magic !== MAGIC) throw new RefusedRingError(`"${path}" is not a ring of ferret's`);
  if (header.version !== LAYOUT_VERSION) {
    throw new RefusedRingError(
      `its ring "${path}" is of another version of ferret ` +
        `(layout ${header.version}, this one knows ${LAYOUT_VERSION})`,
    );
  }
  return { source: { kind: "file", path, bytes: statSync(path).size }, path, header };
}
