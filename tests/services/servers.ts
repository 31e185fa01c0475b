/**
 * Real database servers for the tests of this folder: each on a free loopback
 * port, with its data in a folder of its own, stopped by its process id.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import process from "node:process";

/** A server that answers. */
export interface DatabaseServer {
  port: number;
  /** Ends its process and removes its folder. */
  stop(): Promise<void>;
}

/** What it takes to start one. */
interface ServerPlan {
  /** For people. */
  name: string;
  /** Of Debian. */
  package: string;
  /** Who is to run it when the tests are root's: servers refuse to be root. */
  users: string[];
  /** Makes the folder what the server expects. */
  prepare?: (folder: string) => string[];
  command: (folder: string, port: number) => string[];
  /** In the output, once it can be connected to. */
  ready: string;
}

/** Who runs a server. */
interface User {
  uid: number;
  gid: number;
}

/** Slow disks and busy machines included. */
const START_TIMEOUT_MS = 60_000;

export function startPostgres(): Promise<DatabaseServer> {
  return startServer({
    name: "PostgreSQL",
    package: "postgresql",
    users: ["postgres", "nobody"],
    prepare: (folder) => {
      const flags = [
        "--username=ferret",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
      ];
      return [
        find("initdb"),
        "-D",
        join(folder, "data"),
        "--no-sync",
        ...flags,
      ];
    },
    command: (folder, port) => {
      const settings = [
        "fsync=off",
        "shared_buffers=16MB",
        "listen_addresses=127.0.0.1",
      ];
      return [
        find("postgres"),
        "-D",
        join(folder, "data"),
        "-p",
        String(port),
        "-k",
        folder,
        ...settings.flatMap((setting) => ["-c", setting]),
      ];
    },
    ready: "database system is ready to accept connections",
  });
}

export function startMariadb(): Promise<DatabaseServer> {
  return startServer({
    name: "MariaDB",
    package: "mariadb-server",
    users: ["mysql", "nobody"],
    prepare: (folder) => [
      find("mariadb-install-db"),
      "--no-defaults",
      `--datadir=${join(folder, "data")}`,
      "--auth-root-authentication-method=normal",
      "--skip-test-db",
    ],
    command: (folder, port) => [
      find("mariadbd"),
      "--no-defaults",
      `--datadir=${join(folder, "data")}`,
      `--socket=${join(folder, "socket")}`,
      `--pid-file=${join(folder, "pid")}`,
      `--port=${port}`,
      "--bind-address=127.0.0.1",
      "--skip-name-resolve",
      "--innodb-flush-log-at-trx-commit=0",
      "--innodb-buffer-pool-size=16M",
    ],
    ready: "ready for connections",
  });
}

export function startRedis(): Promise<DatabaseServer> {
  return startServer({
    name: "Redis",
    package: "redis-server",
    users: ["redis", "nobody"],
    command: (folder, port) => [
      find("redis-server"),
      "--port",
      String(port),
      "--bind",
      "127.0.0.1",
      "--dir",
      folder,
      "--save",
      "",
    ],
    ready: "Ready to accept connections",
  });
}

async function startServer(plan: ServerPlan): Promise<DatabaseServer> {
  const folder = mkdtempSync(join(tmpdir(), `ferret-${plan.package}-`));
  const user = process.getuid?.() === 0 ? findUser(plan.users) : undefined;
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const prepare = plan.prepare?.(folder);
    if (prepare !== undefined) {
      await started(prepare, { folder, user, ready: undefined }).ended;
    }
    const port = await findFreePort();
    const { child, ready, ended } = started(plan.command(folder, port), {
      folder,
      user,
      ready: plan.ready,
    });
    const kill = () => void child.kill("SIGKILL");
    process.on("exit", kill);
    try {
      await ready;
    } catch (error) {
      kill();
      throw error;
    }
    return {
      port,
      async stop() {
        process.off("exit", kill);
        // Its children go with it: PostgreSQL has some.
        child.kill("SIGQUIT");
        await ended.catch(() => {});
        remove();
      },
    };
  } catch (error) {
    remove();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `Cannot start ${plan.name}: ${reason}. The tests of services need Debian's packages ` +
        "postgresql, mariadb-server and redis-server",
    );
  }
}

/** Starts a process that says `ready` at some time, or just ends. */
function started(
  [file, ...args]: string[],
  options: {
    folder: string;
    user: User | undefined;
    ready: string | undefined;
  },
): { child: ChildProcess; ready: Promise<void>; ended: Promise<void> } {
  const child = spawn(file!, args, {
    cwd: options.folder,
    ...options.user,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const ended = new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      if (code === 0) resolve();
      else {reject(
          new Error(
            `it ended with ${code ?? signal} and said "${output.slice(-2000)}"`,
          ),
        );}
    });
  });
  const ready = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      () =>
        reject(
          new Error(
            `it was not ready after ${START_TIMEOUT_MS} ms: "${output}"`,
          ),
        ),
      START_TIMEOUT_MS,
    );
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        if (options.ready === undefined || !output.includes(options.ready)) {
          return;
        }
        clearTimeout(timer);
        resolve();
      });
    }
    ended.catch(reject).finally(() => clearTimeout(timer));
  });
  ready.catch(() => {});
  return { child, ready, ended };
}

/** Where Debian has programs that are not on everybody's PATH. */
function find(program: string): string {
  const versions = "/usr/lib/postgresql";
  const folders = [
    ...(process.env["PATH"] ?? "").split(delimiter),
    "/usr/sbin",
    ...(existsSync(versions) ? readdirSync(versions).map((v) => join(versions, v, "bin")) : []),
  ];
  for (const folder of folders) {
    const path = join(folder, program);
    if (existsSync(path)) return path;
  }
  throw new Error(`"${program}" is not installed`);
}

function findUser(names: string[]): User {
  const lines = readFileSync("/etc/passwd", "utf8").split("\n").map((line) => line.split(":"));
  for (const name of names) {
    const line = lines.find(([entry]) => entry === name);
    if (line !== undefined) {
      return { uid: Number(line[2]), gid: Number(line[3]) };
    }
  }
  throw new Error(`there is none of the users ${names.join(", ")}`);
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject).listen(
      0,
      "127.0.0.1",
      () => {
        const address = server.address();
        server.close(() => resolve(typeof address === "object" ? address!.port : 0));
      },
    );
  });
}
