import { after, before } from "node:test";
import { testClient } from "./client_tests.ts";
import { type DatabaseServer, startRedis } from "./servers.ts";

let server: DatabaseServer;
before(async () => {
  server = await startRedis();
});
after(() => server?.stop());

testClient({
  program: "ioredis",
  args: () => [String(server.port)],
  attributes: () => ({
    "db.system.name": "redis",
    "server.address": "127.0.0.1",
    "server.port": server.port,
  }),
  expected: [
    "FLUSHDB",
    "HELLO",
    "SELECT",
    "INFO",
    "QUIT",
    "GET !Error",
    "commands > SET",
    "commands > GET",
    "commands > LPUSH !WRONGTYPE",
    "commands > HGETALL",
    "commands > ECHO",
    "commands > MGET",
    "commands > EVALSHA",
    "commands > GET",
    "commands > EXISTS",
    "batches > PIPELINE [2]",
    "batches > MULTI [2]",
    "batches > PIPELINE [1] !WRONGTYPE",
    "batches > MULTI [2]",
    "messages > SUBSCRIBE",
    "messages > HELLO",
    "messages > INFO",
    "messages > PUBLISH",
  ],
});

testClient({
  program: "redis",
  args: () => [String(server.port)],
  attributes: () => ({
    "db.system.name": "redis",
    "server.address": "127.0.0.1",
    "server.port": server.port,
  }),
  expected: [
    "FLUSHDB",
    "GET !ClientClosedError",
    "commands > SET",
    "commands > GET",
    "commands > LPUSH !WRONGTYPE",
    "commands > HGETALL",
    "commands > ECHO",
    "commands > SCAN",
    "commands > LPUSH !WRONGTYPE",
    "commands > PING",
    "batches > MULTI [2]",
    "batches > PIPELINE [2]",
    "batches > MULTI [1]",
    "messages > SUBSCRIBE",
    "messages > PUBLISH",
    "messages > UNSUBSCRIBE",
    "first > SET",
    "first > GET",
    "second > SET",
    "second > GET",
  ],
});

testClient({
  program: "bun_redis",
  runtimes: ["bun"],
  args: () => [String(server.port)],
  attributes: () => ({ "db.system.name": "redis" }),
  expected: [
    "FLUSHDB",
    "commands > SET",
    "commands > GET",
    "commands > GET",
    "commands > LPUSH !WRONGTYPE",
    "commands > INCR",
    "commands > INCR",
    "commands > HMGET",
    "messages > SUBSCRIBE",
    "messages > PUBLISH",
  ],
});
