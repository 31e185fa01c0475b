/**
 * A real shell at a terminal, with ferret's completions. Its `ferret` is a stub
 * that passes everything on to the test: what the scripts ask is answered by
 * ferret in the test's own process, and what a finished line called is kept.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { answerShell } from "../../cli/commands/complete.ts";
import type { Shell } from "../../cli/commands/completions.ts";
import { ferret } from "./ferret.ts";

/** Says the words it was called with, and prints what it is answered. */
const STUB = `#!/bin/bash
exec 3<>"/dev/tcp/127.0.0.1/$FERRET_TEST_PORT"
printf '%s\\0' "$#" "$PWD" "$@" >&3
cat <&3
`;

/** A line that is not finished by then is waiting for its end; generous, for a busy machine. */
const PATIENCE_MS = 20_000;

/** How each shell starts without its user's settings, and shows that it is ready. */
const SHELLS: Readonly<Record<Shell, { command: string; setUp: string }>> = {
  bash: { command: "bash --noprofile --norc -i", setUp: "source completions.sh" },
  zsh: {
    command: "zsh -f -i",
    setUp: "autoload -Uz compinit && compinit -u -d dump && source completions.sh",
  },
  fish: { command: "fish --no-config -i", setUp: "source completions.sh" },
};

/** A shell that waits for keys. */
export class ShellSession {
  /** What the terminal was given to show since the last line. */
  shown = "";
  readonly #process: ChildProcess;
  readonly #server: Server;
  #call: string[] | undefined;
  #wake: () => void = () => {};

  private constructor(child: ChildProcess, server: Server) {
    this.#process = child;
    this.#server = server;
  }

  /** Starts `shell` in `folder`, ready for keys. */
  static async start(shell: Shell, folder: string): Promise<ShellSession> {
    const bin = join(folder, ".bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "ferret"), STUB);
    chmodSync(join(bin, "ferret"), 0o755);
    const { stdout: script } = await ferret(["completions", shell]);
    writeFileSync(join(folder, "completions.sh"), script);
    const { command, setUp } = SHELLS[shell];
    let session: ShellSession | undefined = undefined;
    const server = createServer((socket) => receive(socket, (words) => session!.#answer(words)));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    // util-linux's script gives it a terminal.
    const child = spawn(
      "script",
      ["-qfec", `stty cols 120 rows 50; exec ${command}`, "/dev/null"],
      {
        cwd: folder,
        env: {
          ...process.env,
          PATH: `${bin}:${process.env["PATH"]}`,
          HOME: folder,
          HISTFILE: "/dev/null",
          TERM: "xterm",
          LC_ALL: "C.UTF-8",
          FERRET_TEST_PORT: String(port),
        },
        stdio: ["pipe", "pipe", "inherit"],
      },
    );
    session = new ShellSession(child, server);
    await session.#started();
    child.stdout!.setEncoding("utf8").on("data", (text: string) => session.shown += text);
    const ready = await session.enter(`${setUp}; ferret ready`);
    if (ready.join() !== "ready") throw new Error(`Cannot set up ${shell}: ${ready.join(" ")}`);
    return session;
  }

  /**
   * Types a line and ends it, `\t` being the key that completes.
   *
   * @returns The words that ferret was then called with.
   */
  async enter(keys: string): Promise<string[]> {
    this.shown = "";
    this.#process.stdin!.write(`${keys}\r`);
    await new Promise<void>((resolve, reject) => {
      this.#wake = resolve;
      const late = () => reject(new Error(`${JSON.stringify(keys)} called nothing: ${this.shown}`));
      setTimeout(late, PATIENCE_MS).unref();
    });
    return this.#call!;
  }

  /** Ends the shell. */
  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    // Whatever is typed already is given up first.
    this.#process.stdin!.write("\x03exit\r");
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), PATIENCE_MS);
    await ended;
    clearTimeout(timer);
    this.#server.close();
  }

  async #started(): Promise<void> {
    await new Promise((resolve, reject) => {
      this.#process.once("error", reject);
      this.#process.once("exit", () => reject(new Error(`The shell ended:\n${this.shown}`)));
      // The prompt.
      this.#process.stdout!.once("data", resolve);
    });
  }

  async #answer(words: string[]): Promise<string> {
    const [folder, command, ...rest] = words as [string, string, ...string[]];
    if (command === "__complete") {
      let answer = "";
      const io = { out: (text: string) => void (answer += text), err: () => {} };
      await answerShell(rest, io, folder);
      return answer;
    }
    this.#call = [command, ...rest];
    this.#wake();
    return "";
  }
}

/** Reads a number and as many texts, each ended by a zero byte, and one before them. */
function receive(socket: Socket, answer: (words: string[]) => Promise<string>): void {
  let text = "";
  socket.setEncoding("utf8").on("data", (part: string) => {
    text += part;
    const [count, ...words] = text.split("\0");
    if (words.length < Number(count) + 2) return;
    void answer(words.slice(0, -1)).then((line) => socket.end(line));
  });
  socket.on("error", () => {});
}
