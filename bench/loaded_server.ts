/**
 * A server of programs/ in a process of its own, for others to load.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { projectEnvironment } from "../scripts/runtimes.ts";

/** A server that stays longer than this after it was asked to end is killed. */
const STOP_MS = 10_000;

/** A server that listens. */
export interface LoadedServer {
  /** Without a slash at its end. */
  url: string;
  /** Asks it to end and waits until it has. @returns What it answered. */
  stop(): Promise<string>;
}

/**
 * Starts a server that prints `{"port": …}` as its first line and ends when it
 * is asked for /stop.
 */
export async function startServer(
  [file, ...args]: readonly string[],
  environment: Record<string, string> = {},
): Promise<LoadedServer> {
  const server = spawn(file!, args, {
    env: { ...projectEnvironment(), ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(server, "exit");
  try {
    const url = `http://127.0.0.1:${await printedPort(server)}`;
    return {
      url,
      stop: async () => {
        const timer = setTimeout(() => server.kill("SIGKILL"), STOP_MS);
        try {
          return await (await fetch(`${url}/stop`)).text();
        } finally {
          await ended;
          clearTimeout(timer);
        }
      },
    };
  } catch (error) {
    server.kill("SIGKILL");
    throw error;
  }
}

function printedPort(server: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    server.stdout!.once("data", (text) => resolve(JSON.parse(String(text)).port as number));
    server.on("error", reject);
    server.on("exit", (code) => reject(new Error(`The server ended with ${code}`)));
  });
}
