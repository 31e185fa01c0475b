/**
 * Where a program listens, as the system tells: whatever the program is written
 * in, whatever it calls to listen, and without asking it.
 *
 * Linux tells in /proc. macOS (`lsof`) and Windows (`netstat`) have to be asked,
 * which takes them a tenth of a second.
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import process from "node:process";

/** Where a program can be called. */
export interface ListeningAddress {
  port: number;
  /** As a URL has it: `127.0.0.1`, `[::1]`. */
  host: string;
}

/** State of a listening socket in /proc/net/tcp. */
const LISTEN = "0A";

/** An address at which one of the processes listens, of several that of the first descriptor. */
export function listeningAddress(pids: readonly number[]): ListeningAddress | undefined {
  switch (process.platform) {
    case "linux":
      return fromProc(pids);
    case "darwin":
      return parseLsof(
        ask("lsof", ["-nP", "-iTCP", "-sTCP:LISTEN", "-a", "-p", pids.join(","), "-F", "n"]),
      );
    case "win32":
      return parseNetstat(ask("netstat", ["-ano", "-p", "TCP"]), pids);
    default:
      return undefined;
  }
}

/** Reads what `lsof -F n` prints: a line `n<address>:<port>` for each socket. */
export function parseLsof(text: string): ListeningAddress | undefined {
  const match = /^n(.*):(\d+)$/m.exec(text);
  return match === null ? undefined : { port: Number(match[2]), host: urlHost(match[1]!) };
}

/** Reads what `netstat -ano` prints; the word for the state is in the user's language. */
export function parseNetstat(
  text: string,
  pids: readonly number[],
): ListeningAddress | undefined {
  for (const line of text.split("\n")) {
    const [protocol, own = "", other, , pid] = line.trim().split(/\s+/);
    const isListening = protocol === "TCP" && (other === "0.0.0.0:0" || other === "[::]:0");
    if (!isListening || !pids.includes(Number(pid))) continue;
    const colon = own.lastIndexOf(":");
    return { port: Number(own.slice(colon + 1)), host: urlHost(own.slice(0, colon)) };
  }
  return undefined;
}

function ask(command: string, args: string[]): string {
  try {
    return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    // lsof fails when nothing listens.
    return "";
  }
}

/** An address that anybody may call is called at the machine itself. */
function urlHost(address: string): string {
  return ["*", "0.0.0.0", "[::]", "::"].includes(address) ? "127.0.0.1" : address;
}

function fromProc(pids: readonly number[]): ListeningAddress | undefined {
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

/** The address as a URL has it. Words are in the machine's order: little-endian. */
function hostOf(hex: string): string {
  const bytes = hex.match(/.{8}/g)!.flatMap((word) => word.match(/../g)!.reverse());
  if (bytes.every((byte) => byte === "00")) return "127.0.0.1";
  const isMapped = bytes.length === 16 && /^0{20}ffff$/i.test(bytes.slice(0, 12).join(""));
  if (bytes.length === 4 || isMapped) {
    return urlHost(bytes.slice(-4).map((byte) => parseInt(byte, 16)).join("."));
  }
  const groups = Array.from(
    { length: 8 },
    (_, i) => parseInt(bytes[i * 2]! + bytes[i * 2 + 1]!, 16).toString(16),
  );
  // URL writes it in the short form.
  return new URL(`http://[${groups.join(":")}]`).hostname;
}
