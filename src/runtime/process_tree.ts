/**
 * Processes and those that they have started, and which of their sockets
 * listen. Where the system does not tell, a process is alone and nothing listens.
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import process from "node:process";

/** A process, the one that started it, and the group that a terminal's keys reach. */
interface ProcessRow {
  pid: number;
  parent: number;
  group: number;
}

/** Where a program can be called. */
export interface ListeningAddress {
  port: number;
  /** As a URL has it: `127.0.0.1`, `[::1]`. */
  host: string;
}

/** State of a listening socket in /proc/net/tcp. */
const LISTEN = "0A";

/**
 * The living descendants of `pid` and itself.
 *
 * @param options.sameGroup Only those that Ctrl-C would reach with it.
 */
export function processTree(pid: number, options: { sameGroup?: boolean } = {}): number[] {
  const rows = listProcesses();
  const group = rows.find((row) => row.pid === pid)?.group;
  const tree = new Set([pid]);
  for (let before = 0; before < tree.size;) {
    before = tree.size;
    for (const row of rows) if (tree.has(row.parent)) tree.add(row.pid);
  }
  if (options.sameGroup !== true || group === undefined) return [...tree];
  return [...tree].filter((one) => rows.find((row) => row.pid === one)?.group === group);
}

/** An address at which one of the processes listens; that of the descriptor opened first. */
export function listeningAddress(pids: readonly number[]): ListeningAddress | undefined {
  if (process.platform !== "linux") return undefined;
  for (const pid of pids) {
    const listening = listeningSockets(pid);
    if (listening.size === 0) continue;
    for (const socket of socketsOf(pid)) {
      const address = listening.get(socket);
      if (address !== undefined) return address;
    }
  }
  return undefined;
}

function listProcesses(): ProcessRow[] {
  try {
    return process.platform === "linux" ? readProcesses() : askForProcesses();
  } catch {
    return [];
  }
}

function readProcesses(): ProcessRow[] {
  const rows: ProcessRow[] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      // The name of the process may hold anything, brackets included.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      rows.push({ pid: Number(name), parent: Number(fields[1]), group: Number(fields[2]) });
    } catch {
      // It ended just now.
    }
  }
  return rows;
}

function askForProcesses(): ProcessRow[] {
  if (process.platform === "win32") return [];
  const text = execFileSync("ps", ["-A", "-o", "pid=,ppid=,pgid="], { encoding: "utf8" });
  return text.trim().split("\n").map((line) => {
    const [pid, parent, group] = line.trim().split(/\s+/).map(Number);
    return { pid: pid!, parent: parent!, group: group! };
  });
}

/** Listening sockets that a process can see, by inode. */
function listeningSockets(pid: number): Map<string, ListeningAddress> {
  const sockets = new Map<string, ListeningAddress>();
  for (const table of ["tcp", "tcp6"]) {
    let text: string;
    try {
      text = readFileSync(`/proc/${pid}/net/${table}`, "utf8");
    } catch {
      continue;
    }
    for (const line of text.split("\n").slice(1)) {
      const fields = line.trim().split(/\s+/);
      const [address, port] = (fields[1] ?? "").split(":");
      if (fields[3] !== LISTEN || port === undefined) continue;
      sockets.set(fields[9]!, { port: parseInt(port, 16), host: hostOf(address!) });
    }
  }
  return sockets;
}

/** Inodes of the sockets of a process, in the order of their descriptors. */
function socketsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map(Number).sort((a, b) => a - b).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}

/** The address as a client has to name it. Words are in the machine's order: little-endian. */
function hostOf(hex: string): string {
  const bytes = hex.match(/.{8}/g)!.flatMap((word) => word.match(/../g)!.reverse());
  if (bytes.every((byte) => byte === "00")) return "127.0.0.1";
  const isMapped = bytes.length === 16 && /^0{20}ffff$/i.test(bytes.slice(0, 12).join(""));
  if (bytes.length === 4 || isMapped) {
    const host = bytes.slice(-4).map((byte) => parseInt(byte, 16)).join(".");
    return host === "0.0.0.0" ? "127.0.0.1" : host;
  }
  const groups = Array.from({ length: 8 }, (_, i) => {
    return parseInt(bytes[i * 2]! + bytes[i * 2 + 1]!, 16).toString(16);
  });
  return `[${groups.join(":").replace(/(^|:)0(:0)+(:|$)/, "::")}]`;
}
