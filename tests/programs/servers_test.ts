import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { delimiter, join } from "node:path";
import process from "node:process";
import { before, test } from "node:test";
import { ferretCommand, plainCommand, ROOT, runProcess, withFolder } from "../helpers/processes.ts";
import { query } from "../helpers/query.ts";
import { installPrograms } from "./installed.ts";

/** Requests of the load, and a few more of each kind. */
const LOAD = 400;

interface ServerProgram {
  name: string;
  /** Path of its script below the folder of programs. */
  script: string;
  args(port: number, folder: string): string[];
  /** What is asked of it, in this order. */
  requests: { path: string; body?: unknown; span: string; status?: string }[];
  /** What the load asks for, and its span. */
  load: { path: string; span: string };
}

const SHOP: Omit<ServerProgram, "name" | "script"> = {
  args: (port) => [String(port)],
  requests: [
    { path: "/", span: "GET /" },
    { path: "/api/items", span: "GET /api/items" },
    { path: "/api/items/2", span: "GET /api/items/:id" },
    { path: "/api/items/77", span: "GET /api/items/:id" },
    {
      path: "/api/orders",
      body: { item: 1, count: 3 },
      span: "POST /api/orders",
    },
    {
      path: "/api/orders",
      body: { item: 9 },
      span: "POST /api/orders",
      status: "error",
    },
    { path: "/nothing", span: "GET" },
  ],
  load: { path: "/api/items/1", span: "GET /api/items/:id" },
};

const SERVERS: ServerProgram[] = [
  { name: "Hono", script: "apps/hono_app.js", ...SHOP },
  { name: "Express", script: "apps/express_app.js", ...SHOP },
  { name: "Fastify", script: "apps/fastify_app.js", ...SHOP },
  {
    name: "json-server",
    script: "node_modules/json-server/lib/cli/bin.js",
    args: (
      port,
      folder,
    ) => [join(folder, "db.json"), "--port", String(port), "--quiet"],
    requests: [
      { path: "/posts", span: "GET /posts" },
      { path: "/posts/1", span: "GET /posts/:id" },
      { path: "/posts/2", span: "GET /posts/:id" },
      { path: "/posts", body: { title: "new" }, span: "POST /posts" },
    ],
    load: { path: "/posts/1", span: "GET /posts/:id" },
  },
];

let programs = "";
before(async () => {
  programs = await installPrograms();
});

for (const runtime of ["deno", "bun", "node"] as const) {
  for (const server of SERVERS) {
    test(`${server.name} on ${runtime} serves under ferret as without, and every request is recorded`, async () => {
      await withFolder(
        { "db.json": DATABASE, "plain/db.json": DATABASE },
        async (folder) => {
          const out = join(folder, "out.duckdb");
          const { script } = server;
          const flags = runtime === "deno" ? ["-A"] : [];
          const [plainPort, port] = [await freePort(), await freePort()];
          const plainFolder = join(folder, "plain");
          const plain = start(
            plainCommand(runtime, script, {
              flags,
              args: server.args(plainPort, plainFolder),
            }),
          );
          const recorded = start(
            ferretCommand(
              [
                "run",
                "--quiet",
                "--runtime",
                runtime,
                "-o",
                out,
                ...flags,
                script,
              ]
                .concat(server.args(port, folder)),
              runtime,
            ),
          );
          try {
            await Promise.all([
              isListening(plainPort, plain),
              isListening(port, recorded),
            ]);
            for (const request of server.requests) {
              const [expected, actual] = await Promise.all([
                answerOf(plainPort, request),
                answerOf(port, request),
              ]);
              assert.deepEqual(actual, expected, request.path);
            }
            for (const at of [plainPort, port]) {
              const load = await sendLoad(
                `http://localhost:${at}${server.load.path}`,
              );
              assert.deepEqual([load["2xx"], load.non2xx, load.errors], [
                LOAD,
                0,
                0,
              ]);
            }
          } finally {
            await Promise.all([stop(plain), stop(recorded)]);
          }
          assert.deepEqual(linesOf(recorded), linesOf(plain));
          assert.equal(exitCodeOf(recorded), exitCodeOf(plain));

          const rows = await query(
            out,
            "SELECT name, status, count(*) AS n FROM spans WHERE scope = 'http.server' GROUP BY ALL",
          );
          const counts = Object.fromEntries(
            rows.map(({ name, status, n }) => [`${name} ${status}`, n]),
          );
          assert.deepEqual(counts, expectedCounts(server));
        },
      );
    });
  }
}

const DATABASE = JSON.stringify({
  posts: [{ id: 1, title: "one" }, { id: 2, title: "two" }],
});

function expectedCounts(
  { requests, load }: ServerProgram,
): Record<string, number> {
  const counts: Record<string, number> = { [`${load.span} unset`]: LOAD };
  for (const { span, status = "unset" } of requests) {
    const key = `${span} ${status}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

interface Started {
  process: ChildProcess;
  stdout: string;
  stderr: string;
  ended: Promise<unknown>;
}

function start([file, ...args]: string[]): Started {
  const path = `${join(ROOT, "node_modules/.bin")}${delimiter}${process.env["PATH"]}`;
  const child = spawn(file!, args, {
    cwd: programs,
    env: { ...process.env, PATH: path, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const started = {
    process: child,
    stdout: "",
    stderr: "",
    ended: once(child, "close"),
  };
  child.stdout.setEncoding("utf8").on(
    "data",
    (text: string) => started.stdout += text,
  );
  child.stderr.setEncoding("utf8").on(
    "data",
    (text: string) => started.stderr += text,
  );
  return started;
}

async function stop(started: Started): Promise<void> {
  if (started.process.exitCode !== null) return;
  started.process.kill("SIGTERM");
  const patience = setTimeout(() => started.process.kill("SIGKILL"), 10_000);
  await started.ended;
  clearTimeout(patience);
}

/** Lines of the log, which two runs may print in another order and with other times. */
function linesOf({ stdout }: Started): string[] {
  return stdout.replace(/\d+(\.\d+)? ?m?s\b/g, "…").split("\n").sort();
}

/** As a shell would give it. */
function exitCodeOf(
  { process: { exitCode, signalCode } }: Started,
): number | null {
  return signalCode === "SIGTERM" ? 128 + 15 : exitCode;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function isListening(port: number, started: Started): Promise<void> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    assert.ok(
      started.process.exitCode === null && performance.now() < deadline,
      started.stderr,
    );
    const socket = connect(port, "localhost");
    try {
      await once(socket, "connect");
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      socket.destroy();
    }
  }
}

async function answerOf(
  port: number,
  { path, body }: { path: string; body?: unknown },
): Promise<unknown[]> {
  const response = await fetch(`http://localhost:${port}${path}`, {
    ...(body === undefined ? {} : {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  });
  const headers = Object.fromEntries(response.headers);
  delete headers["date"];
  const text = (await response.text()).replaceAll(String(port), "PORT");
  return [
    response.status,
    text,
    JSON.stringify(headers).replaceAll(String(port), "PORT"),
  ];
}

async function sendLoad(url: string): Promise<Record<string, number>> {
  const script = join(programs, "node_modules/autocannon/autocannon.js");
  const load = ["-c", "8", "-a", String(LOAD), "--json", url];
  const { stdout, stderr } = await runProcess(["node", script, ...load]);
  assert.notEqual(stdout, "", stderr);
  return JSON.parse(stdout) as Record<string, number>;
}
