/**
 * What `ferret run` tells the recorder in the program it starts. It travels as
 * JSON in a generated preload file, so it holds plain data only.
 *
 * @module
 */

/** The runtimes ferret knows. */
export type RuntimeName = "deno" | "bun" | "node";

/** How records leave the program. */
export type Transport = "mapped" | "pipe";

/** Which functions are instrumented. */
export interface FunctionSelection {
  /** False with `--no-functions`. */
  enabled: boolean;
  /** Absolute path of the folder whose files are the user's own (never its node_modules). */
  root: string;
  /** Globs of `--functions`, relative to `root` or absolute; empty: the user's own files. */
  include: string[];
  /** Absolute paths below which nothing is: ferret's own code. */
  exclude: string[];
}

/** How further threads and processes of a run join its recording. */
export interface JoinConfig {
  /** The page where they claim their rings. Absent where ferret cannot map files. */
  claimsPath?: string;
  /** Inode of the pipe that a process may have as file descriptor 3. */
  pipeInode?: number;
  /** What a new process loads first: a module for Bun and Node, a script for Deno. */
  modulePath: string;
  scriptPath: string;
  /** The same script for a Deno process that was given the permission to map by ferret. */
  limitedScriptPath: string;
  /** What a worker of Deno loads first. */
  workerPath: string;
  /** The variables that get a preload into a process, as the user had set them. */
  environment: Record<string, string>;
}

/** The span of another thread or process under which this one's roots belong. */
export interface RemoteParent {
  /** Number of the process that the span is in. */
  process: number;
  spanId: number;
  traceId: number;
  name: string;
  /** False: its trace is not recorded, and neither is what belongs to it here. */
  isSampled: boolean;
}

/** Settings of the recorder in one thread of a program. */
export interface ProgramConfig {
  runId: string;
  /** First half of the run's W3C trace ids: 16 hex digits, the same in all its processes. */
  traceSeed: string;
  runtime: RuntimeName;
  transport: Transport;
  /** File to map (transport `mapped`); its header says everything else about the ring. */
  ringPath?: string;
  /** Bytes of that file. */
  ringBytes?: number;
  /** Segment size in bytes for transport `pipe`, where the program creates the ring. */
  segmentBytes?: number;
  /** Number of the process and of the thread within the run. */
  process: number;
  thread: number;
  overflow: "drop" | "block" | "grow";
  /** Functions shorter than this are counted, not stored. 0 keeps all. */
  minDurationNs: number;
  /** Which traces are recorded. Default: all. */
  sampling?: {
    /** Share of the traces that are taken, from 0 to 1. */
    ratio: number;
    /** Of each thread. 0: no limit. */
    maxSpansPerSecond: number;
  };
  functions: FunctionSelection;
  /** Hooks to install; empty: all. */
  hooks: string[];
  /** Hooks to leave out. */
  noHooks: string[];
  /** With `--no-redact`: URLs and queries are recorded as they are. */
  keepsSecrets?: boolean;
  /** Deno: give the ffi permission back after mapping. */
  revokeFfi: boolean;
  /** Deno: the path of libc to map with. */
  libc?: string;
  /** Environment variables of ferret's own that are taken away before user code sees them. */
  hiddenEnvironment: string[];
  /** Several threads of the program load the preload at once, so each claims a ring. */
  isShared?: boolean;
  /** What kind of thread this is. Default `main`. */
  threadKind?: "main" | "worker";
  /** As the program called it. Default none. */
  threadName?: string;
  parent?: RemoteParent;
  /** Absent where nothing else can join: a run through a pipe that others do not have. */
  join?: JoinConfig;
}
