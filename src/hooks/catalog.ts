/**
 * What each hook observes, as data: for `ferret doctor`, the report and the
 * table in docs/hooks.md. Nothing of a hook is loaded for it.
 *
 * @module
 */
import type { RuntimeName } from "../model/program_config.ts";
import type { Scope } from "../model/span.ts";

/** A package that a hook knows. */
export interface KnownPackage {
  /** As in node_modules. */
  name: string;
  /** Versions that the hook was written for, as `from` and the first that is too new. */
  from: string;
  before: string;
}

/** One name that `--hook` and `--no-hook` take. */
export interface CatalogEntry {
  name: string;
  /** For people: what is recorded. */
  observes: string;
  runtimes: readonly RuntimeName[];
  /** Of the spans it makes; none for what is no span. */
  scopes: readonly Scope[];
  /** Packages it observes; none for what is part of a runtime. */
  packages: readonly KnownPackage[];
}

const ALL = ["deno", "bun", "node"] as const;

/** All hooks, in the order in which people read of them. */
export const HOOK_CATALOG: readonly CatalogEntry[] = [
  {
    name: "http",
    observes: "requests answered by Deno.serve, Bun.serve and node:http(s); node:http(s) clients",
    runtimes: ALL,
    scopes: ["http.server", "http.client"],
    packages: [],
  },
  {
    name: "http2",
    observes: "node:http2 servers and clients",
    runtimes: ALL,
    scopes: ["http.server", "http.client"],
    packages: [],
  },
  {
    name: "websocket",
    observes: "WebSocket connections and messages, of both sides",
    runtimes: ALL,
    scopes: ["net"],
    packages: [pkg("ws", "8.0", "9")],
  },
  { ...builtin("fetch", "requests made with fetch"), scopes: ["http.client"] },
  {
    name: "undici",
    observes: "requests made with undici",
    runtimes: ["deno", "node"],
    scopes: ["http.client"],
    packages: [pkg("undici", "6.0", "9")],
  },
  {
    ...builtin("traceparent", "traceparent headers, sent and accepted"),
    scopes: [],
  },
  framework("express", "4.16", "6"),
  framework("fastify", "4.0", "6"),
  framework("koa", "2.0", "4", [pkg("@koa/router", "10.0", "16"), pkg("koa-router", "10.0", "15")]),
  framework("hono", "4.0", "5"),
  { ...framework("elysia", "1.0", "2"), runtimes: ["bun"] },
  framework("oak", "17.0", "18", [
    pkg("@oak/oak", "17.0", "18"),
    pkg("@jsr/oak__oak", "17.0", "18"),
  ]),
  database("pg", "8.0", "9"),
  database("postgres", "3.3", "4"),
  database("mysql2", "3.0", "4"),
  { ...builtin("sqlite", "queries of node:sqlite"), scopes: ["db"] },
  { ...builtin("bun-sqlite", "queries of bun:sqlite"), runtimes: ["bun"], scopes: ["db"] },
  { ...builtin("bun-sql", "queries of Bun.sql and Bun.SQL"), runtimes: ["bun"], scopes: ["db"] },
  database("better-sqlite3", "9.0", "14"),
  database("ioredis", "5.0", "7"),
  database("redis", "4.0", "7", [pkg("@redis/client", "1.0", "7")]),
  { ...builtin("bun-redis", "commands of Bun.redis"), runtimes: ["bun"], scopes: ["db"] },
  { ...builtin("deno-kv", "operations of Deno.Kv"), runtimes: ["deno"], scopes: ["db"] },
  database("duckdb", "1.3", "2", [pkg("@duckdb/node-api", "1.3", "2")]),
  {
    ...builtin("fs", "Deno's file functions, Bun.file and Bun.write, node:fs"),
    scopes: ["fs"],
  },
  {
    ...builtin("process", "Deno.Command, Bun.spawn, node:child_process"),
    scopes: ["process"],
  },
  { ...builtin("worker", "web workers and node:worker_threads"), scopes: ["worker"] },
  { ...builtin("dns", "name resolution with node:dns and Deno.resolveDns"), scopes: ["net"] },
  {
    ...builtin("net", "connections of node:net, node:tls, Deno.connect, Bun.connect"),
    scopes: ["net"],
  },
  { ...builtin("timers", "timers that fire, and how late"), scopes: ["timer"] },
  { ...builtin("module", "loading of the program's modules"), scopes: ["module"] },
  {
    ...builtin("metrics", "event-loop delay, pauses for garbage collection, memory, CPU"),
    scopes: [],
  },
  {
    ...builtin(
      "tracing-channel",
      "whatever publishes on tracing channels of node:diagnostics_channel",
    ),
    scopes: ["library"],
  },
  {
    name: "opentelemetry",
    observes: "spans of libraries that use @opentelemetry/api, unless the program has an SDK",
    runtimes: ALL,
    scopes: ["library"],
    packages: [pkg("@opentelemetry/api", "1.0", "2")],
  },
];

function pkg(name: string, from: string, before: string): KnownPackage {
  return { name, from, before };
}

function builtin(name: string, observes: string) {
  return { name, observes, runtimes: ALL, packages: [] };
}

function framework(
  name: string,
  from: string,
  before: string,
  others: readonly KnownPackage[] = [],
): CatalogEntry {
  return {
    name,
    observes: "names of requests: templates of routes",
    runtimes: ALL,
    scopes: ["http.server"],
    packages: [pkg(name, from, before), ...others],
  };
}

function database(
  name: string,
  from: string,
  before: string,
  packages: readonly KnownPackage[] = [pkg(name, from, before)],
): CatalogEntry {
  return { name, observes: "queries", runtimes: ALL, scopes: ["db"], packages };
}
