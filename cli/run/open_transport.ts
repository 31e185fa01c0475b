/**
 * Chooses between the transports, and joins them where a run needs both.
 *
 * @module
 */
import { tmpdir } from "node:os";
import process from "node:process";
import type { Transport } from "../../src/model/program_config.ts";
import { canMapFiles } from "../../src/runtime/can_map_files.ts";
import { createPrivateFolder, ringFolders } from "../../src/runtime/private_folder.ts";
import { runtimeName } from "../../src/runtime/self.ts";
import { openMappedRings } from "./mapped_rings.ts";
import { openPipeRings } from "./pipe_rings.ts";
import type { RingOptions, TransportEnd } from "./transport.ts";

/** With the value `pipe`, no memory is shared: where mapping works and yet does harm, and in tests. */
const FORCED_TRANSPORT = "FERRET_TRANSPORT";

/** The transports of a run. */
export interface RunTransport extends TransportEnd {
  /** Private folder of the run. */
  readonly folder: string;
  /** Something the user should know, such as a smaller ring. */
  readonly note: string | undefined;
}

/**
 * Opens the wanted transport, or the pipe where memory cannot be shared.
 *
 * @param wanted `both`: the command may start programs of either kind.
 */
export function openTransport(wanted: Transport | "both", options: RingOptions): RunTransport {
  if (process.env[FORCED_TRANSPORT] === "pipe") return onlyPipe(options, undefined);
  if (wanted === "pipe") {
    const mapped = canMapFiles() ? openMappedRings({ ...options, hasMain: false }) : undefined;
    // The children of a program without shared memory may have it.
    if (mapped !== undefined) {
      const pipe = openPipeRings(mapped.folder, options);
      return { ...joined(pipe, mapped.transport), folder: mapped.folder, note: undefined };
    }
    return onlyPipe(options, undefined);
  }
  if (!canMapFiles()) {
    return onlyPipe(
      options,
      `${runtimeName()} cannot map files here: records travel through a pipe`,
    );
  }
  const mapped = openMappedRings(options);
  if (mapped === undefined) {
    return onlyPipe(options, "there is no room for shared memory: records travel through a pipe");
  }
  const { folder, note, transport } = mapped;
  if (wanted === "mapped") return { ...transport, folder, note };
  return { ...joined(transport, openPipeRings(folder, options)), folder, note };
}

function onlyPipe(options: RingOptions, note: string | undefined): RunTransport {
  // The copies of the rings are best kept in memory, where they can be mapped.
  const folder = createPrivateFolder(canMapFiles() ? ringFolders()[0]! : tmpdir());
  return { ...openPipeRings(folder, options), folder, note };
}

/** Two transports of one run. The program's main thread uses the first. */
function joined(first: TransportEnd, second: TransportEnd): TransportEnd {
  return {
    sources: [...first.sources, ...second.sources],
    config: { ...second.config, ...first.config },
    join: { ...second.join, ...first.join },
    environment: { ...second.environment, ...first.environment },
    descriptor: first.descriptor ?? second.descriptor,
    begin: (program, onRing) => {
      first.begin(program, onRing);
      second.begin(program, onRing);
    },
    arrived: async () => (await Promise.all([first.arrived(), second.arrived()])).flat(),
    hasProducer: () => first.hasProducer() || second.hasProducer(),
    producerPids: () => [...first.producerPids(), ...second.producerPids()],
    close: () => {
      first.close();
      second.close();
    },
  };
}
