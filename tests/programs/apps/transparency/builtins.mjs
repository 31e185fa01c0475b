// What can be seen of the functions of the runtime, patched or not.
import child_process from "node:child_process";
import fs, { readFileSync } from "node:fs";
import fsPromises from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import timers from "node:timers";
import timersPromises from "node:timers/promises";
import { promisify } from "node:util";

const seen = new Set();
const lines = [];

function describe(path, f) {
  // Classes are replaced by classes that extend them.
  const isClass = path === "http.WebSocket" || path === "fsPromises.glob";
  if (typeof f !== "function" || isClass || seen.has(f)) return;
  seen.add(f);
  // Even an empty one cannot be taken from a function that stands in for a method.
  const own = Reflect.ownKeys(f).filter((key) => key !== "prototype").map(String).sort().join() +
    typeof f.prototype;
  const custom = typeof f[promisify.custom];
  const prototype = Object.getPrototypeOf(f)?.constructor?.name;
  const text = Function.prototype.toString.call(f);
  lines.push(
    [path, f.name, f.length, own, custom, prototype, text.length, text.slice(0, 40)].join(" ")
      .replaceAll("\n", " "),
  );
}

function visit(path, object) {
  for (const key of Reflect.ownKeys(object)) {
    const descriptor = Object.getOwnPropertyDescriptor(object, key);
    const name = `${path}.${String(key)}`;
    lines.push(
      `${name} ${descriptor.enumerable} ${descriptor.writable} ${descriptor.configurable} ${typeof descriptor
        .get}`,
    );
    describe(name, descriptor.value);
  }
}

visit("child_process", child_process);
visit("fs", fs);
visit("fsPromises", fsPromises);
visit("http", http);
visit("https", https);
visit("net", net);
visit("timers", timers);
visit("timersPromises", timersPromises);
for (
  const name of [
    "fetch",
    "setTimeout",
    "setInterval",
    "setImmediate",
    "clearTimeout",
    "queueMicrotask",
    "Promise",
    "structuredClone",
  ]
) {
  describe(name, globalThis[name]);
}
if (globalThis.Deno !== undefined) {
  for (const name of ["serve", "readTextFile", "writeFile", "open", "connect", "resolveDns"]) {
    describe(`Deno.${name}`, Deno[name]);
  }
}
if (globalThis.Bun !== undefined) {
  for (
    const name of ["serve", "file", "write", "spawn", "spawnSync", "connect", "listen", "sleep"]
  ) describe(`Bun.${name}`, Bun[name]);
}
console.log(readFileSync === fs.readFileSync, fs.promises === fsPromises, lines.length > 300);
console.log(lines.join("\n"));
