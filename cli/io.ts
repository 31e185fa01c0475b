/**
 * Where a command prints. Commands get it handed in, so that tests can listen
 * and nothing else of ferret has to know about the terminal.
 *
 * @module
 */
import process from "node:process";
import { text } from "node:stream/consumers";

/** The terminal, or what stands in for it. */
export interface Io {
  /** Prints to stdout, as it is: lines bring their own end. */
  out(text: string): void;
  /** Prints to stderr. */
  err(text: string): void;
  /** All of stdin, as text. */
  input?(): Promise<string>;
  /** Width of the terminal in columns; `undefined` when stdout is none. */
  readonly columns?: number | undefined;
  /** Whether stdout takes colours. */
  readonly isColored?: boolean;
  /** Whether stderr is a terminal. */
  readonly isErrTerminal?: boolean;
  /** Resolves when everything printed has left the process or never will. */
  flushed?(): Promise<void>;
  /** Whether nobody reads stdout any more (`| head`): there is no use in going on. */
  isUnread?(): boolean;
}

/** The process's own streams, and a way to wait for them. */
export interface ProcessIo extends Io {
  /** Resolves when everything printed has left the process or never will. */
  flushed(): Promise<void>;
}

/** Prints to the process's streams. A reader that went away (`| head`) is no error. */
export function processIo(): ProcessIo {
  let pending: Promise<unknown> = Promise.resolve();
  const print = (stream: NodeJS.WriteStream, text: string) => {
    if (text === "") return;
    const written = new Promise<void>((resolve) => stream.write(text, () => resolve()));
    pending = Promise.all([pending, written]);
  };
  let isUnread = false;
  // EPIPE is the only thing that happens here.
  process.stdout.on("error", () => isUnread = true);
  process.stderr.on("error", ignore);
  return {
    out: (text) => print(process.stdout, text),
    err: (text) => print(process.stderr, text),
    input: () => text(process.stdin),
    ...terminalOf(process.stdout),
    isErrTerminal: process.stderr.isTTY === true && process.env["TERM"] !== "dumb",
    flushed: async () => void await pending,
    isUnread: () => isUnread,
  };
}

/** The same with everything on stderr, for what must not mix with a program's output. */
export function onStderr(io: Io): Io {
  return { out: io.err, err: io.err, ...terminalOf(process.stderr) };
}

function terminalOf(stream: NodeJS.WriteStream): Pick<Io, "columns" | "isColored"> {
  const isTerminal = stream.isTTY === true;
  return {
    // Some terminals say that they have no columns at all.
    columns: isTerminal && stream.columns > 0 ? stream.columns : undefined,
    isColored: isTerminal && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb",
  };
}

function ignore(): void {}
