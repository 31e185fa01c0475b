/**
 * Which runtimes are there, and how programs under them would be recorded.
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import process from "node:process";
import type { RuntimeName, Transport } from "../../src/model/program_config.ts";
import { isKoffiInstalled } from "../../src/runtime/can_map_files.ts";
import { runtimeName, runtimeVersion } from "../../src/runtime/self.ts";
import { UsageError } from "../errors.ts";
import { findRuntime } from "../run/find_executable.ts";
import { requireNode } from "../run/node_launch.ts";

/** Versions that ferret is tested with begin here. Node refuses older ones by itself. */
const OLDEST_TESTED: Readonly<Record<"deno" | "bun", readonly [major: number, minor: number]>> = {
  deno: [2, 9],
  bun: [1, 4],
};

/** A runtime as `ferret run` would use it. */
export interface FoundRuntime {
  name: RuntimeName;
  path: string | undefined;
  version: string | undefined;
  /** Whether programs can be recorded. */
  works: boolean;
  /** Why not, or what is uncertain. */
  reason: string | undefined;
  /** How records leave a program that is started with all permissions. */
  transport: Transport;
  transportReason: string | undefined;
}

/** Looks for all three. */
export function findRuntimes(cwd: string): FoundRuntime[] {
  return (["deno", "bun", "node"] as const).map((name) => ({
    name,
    ...name === "node" ? findNode(cwd) : findOther(name, cwd),
    ...transportOf(name),
  }));
}

type Found = Pick<FoundRuntime, "path" | "version" | "works" | "reason">;

function findNode(cwd: string): Found {
  try {
    const { executable, note } = requireNode(cwd);
    return { path: executable, version: versionOf("node", executable), works: true, reason: note };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const reason = error.message.replace("Cannot run under node: ", "");
    return { path: undefined, version: undefined, works: false, reason };
  }
}

function findOther(name: "deno" | "bun", cwd: string): Found {
  const path = findRuntime(name, cwd);
  if (path === undefined) {
    const reason = `no "${name}" in node_modules/.bin or on the PATH`;
    return { path, version: undefined, works: false, reason };
  }
  const version = versionOf(name, path);
  if (version === undefined) return { path, version, works: false, reason: "it does not start" };
  return { path, version, works: true, reason: untested(name, version) };
}

function untested(name: "deno" | "bun", version: string): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_TESTED[name];
  const isOld = major < oldestMajor || major === oldestMajor && minor < oldestMinor;
  return isOld ? `untested: ferret is made for ${oldestMajor}.${oldestMinor} and later` : undefined;
}

function versionOf(name: RuntimeName, path: string): string | undefined {
  if (runtimeName() === name && path === process.execPath) return runtimeVersion();
  try {
    // What the variables ask for is meant for programs.
    const { NODE_OPTIONS: _node, BUN_OPTIONS: _bun, ...env } = process.env;
    const options = { encoding: "utf8", timeout: 5_000, env, stdio: "pipe" } as const;
    return /\d+\.\d+\.\d+\S*/.exec(execFileSync(path, ["--version"], options))?.[0];
  } catch {
    return undefined;
  }
}

function transportOf(name: RuntimeName): Pick<FoundRuntime, "transport" | "transportReason"> {
  const pipe = (transportReason: string) => ({ transport: "pipe" as const, transportReason });
  if (process.platform === "win32") return pipe("mapping is not built for Windows");
  if (name === "node" && !isKoffiInstalled()) {
    return pipe("the optional package koffi is not installed");
  }
  return {
    transport: "mapped",
    transportReason: name === "deno"
      ? "a pipe where the flags leave no room for --allow-ffi"
      : name === "node"
      ? "a pipe under --permission without --allow-addons"
      : undefined,
  };
}
