/**
 * Processes and those that they have started. Where the system does not tell,
 * a process is alone.
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";

/** A process, the one that started it, and the group that a terminal's keys reach. */
interface ProcessRow {
  pid: number;
  parent: number;
  group: number;
}

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
