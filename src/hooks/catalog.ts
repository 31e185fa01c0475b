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
  /** Versions that it is tested with. It should do with all of the same major version. */
  tested: readonly string[];
}

/** One name that `--hook` and `--no-hook` take. */
export interface CatalogEntry {
  name: string;
  /** For people: what is recorded. */
  observes: string;
  runtimes: readonly RuntimeName[];
  /** Why not on a runtime, or what has to be given there. */
  needs?: Partial<Record<RuntimeName, string>>;
  /** Of the spans it makes; none for what is no span. */
  scopes: readonly Scope[];
  /** Packages it observes; none for what is part of a runtime. */
  packages: readonly KnownPackage[];
}

const ALL = ["deno", "bun", "node"] as const;

/** What hooks of frameworks observe. */
export const ROUTES_OBSERVED = "names of requests: templates of routes";

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
    packages: [{ name: "ws", tested: ["8.23.0"] }],
  },
  { ...builtin("fetch", "requests made with fetch"), scopes: ["http.client"] },
  {
    name: "undici",
    observes: "requests made with undici",
    runtimes: ["deno", "node"],
    scopes: ["http.client"],
    needs: { bun: "Bun replaces the package by code of its own" },
    packages: [{ name: "undici", tested: ["8.12.4"] }],
  },
  {
    ...builtin("traceparent", "traceparent headers, sent and accepted"),
    scopes: [],
  },
  framework("express", [{ name: "express", tested: ["4.22.3", "5.3.0"] }]),
  framework("fastify", [{ name: "fastify", tested: ["5.12.8"] }]),
  framework("koa", [{ name: "@koa/router", tested: ["15.7.0"] }]),
  framework("hono", [{ name: "hono", tested: ["4.13.19"] }]),
  framework("elysia", [{ name: "elysia", tested: ["1.4.30"] }]),
  framework("oak", [{ name: "@oakserver/oak", tested: ["14.1.0"] }]),
  database("pg", [{ name: "pg", tested: ["8.23.1"] }]),
  database("postgres", [{ name: "postgres", tested: ["3.4.9"] }]),
  database("mysql2", [{ name: "mysql2", tested: ["3.24.6"] }]),
  { ...builtin("sqlite", "queries of node:sqlite"), scopes: ["db"] },
  { ...builtin("bun-sqlite", "queries of bun:sqlite"), runtimes: ["bun"], scopes: ["db"] },
  { ...builtin("bun-sql", "queries of Bun.sql and Bun.SQL"), runtimes: ["bun"], scopes: ["db"] },
  database("better-sqlite3", [{ name: "better-sqlite3", tested: ["13.2.0"] }]),
  database("ioredis", [{ name: "ioredis", tested: ["6.0.0"] }]),
  database("redis", [{ name: "redis", tested: ["6.3.1"] }]),
  { ...builtin("bun-redis", "commands of Bun.redis"), runtimes: ["bun"], scopes: ["db"] },
  {
    ...builtin("deno-kv", "operations of Deno.Kv"),
    runtimes: ["deno"],
    needs: { deno: "with --unstable-kv" },
    scopes: ["db"],
  },
  database("duckdb", [{ name: "@duckdb/node-api", tested: ["1.5.5-r.5"] }]),
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
  {
    ...builtin("module", "the start: how long the program's files and packages take to load"),
    needs: { bun: "where functions are recorded; packages count for the files that import them" },
    scopes: ["module"],
  },
  { ...builtin("timers", "timers that fire, and how late"), scopes: ["timer"] },
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
    packages: [{ name: "@opentelemetry/api", tested: ["1.9.1"] }],
  },
];

function builtin(name: string, observes: string) {
  return { name, observes, runtimes: ALL, packages: [] };
}

function framework(name: string, packages: readonly KnownPackage[]): CatalogEntry {
  return {
    name,
    observes: ROUTES_OBSERVED,
    runtimes: ALL,
    scopes: ["http.server"],
    packages,
  };
}

function database(name: string, packages: readonly KnownPackage[]): CatalogEntry {
  return { name, observes: "queries", runtimes: ALL, scopes: ["db"], packages };
}
