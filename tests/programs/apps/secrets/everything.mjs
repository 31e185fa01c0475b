// Brings a secret to every place from which one could get into a recording: all
// of them begin with "hush", and beside each stands something ordinary.
import { exec, execFileSync, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import dns from "node:dns";
import http from "node:http";
import { profiler } from "../../../../mod.ts";

const quietly = (promise) => promise.catch(() => {});

// An HTTP server and its clients: URLs, headers, cookies, redirects.
const server = http.createServer((request, response) => {
  if (request.url.startsWith("/login")) {
    response.writeHead(302, {
      location: "/home?session_id=hush01x&page=ordinary02",
      "set-cookie": "sid=hush03x; Path=/",
    });
  } else if (request.url.startsWith("/broken")) response.writeHead(500);
  response.end("ok");
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address();
const headers = {
  authorization: "Bearer hush04x",
  cookie: "sid=hush05x",
  "x-api-key": "hush06x",
};
await quietly(
  fetch(`http://127.0.0.1:${port}/login?access_token=hush07x&page=ordinary01`, {
    headers,
  }),
);
await quietly(
  fetch(`http://bob:hush08x@127.0.0.1:${port}/broken?code=hush09x`),
);
await quietly(
  fetch(
    "http://bob:hush10x@127.0.0.1:1/refused?api_key=hush11x&page=ordinary03",
  ),
);
await new Promise((resolve) => {
  const url = `http://bob:hush12x@127.0.0.1:${port}/node?password=hush13x&page=ordinary04`;
  http.get(
    url,
    { headers },
    (response) => response.resume().on("end", resolve),
  );
});
await new Promise((resolve) => {
  const socket = new WebSocket(
    `ws://127.0.0.1:${port}/socket?token=hush14x&page=ordinary05`,
  );
  socket.onerror = socket.onclose = resolve;
});
await quietly(dns.promises.lookup("ordinary06.invalid"));

// A database.
if (globalThis.Bun === undefined) {
  const { DatabaseSync } = await import("node:sqlite");
  query((path) => new DatabaseSync(path));
} else {
  const { Database } = await import("bun:sqlite");
  query((path) => new Database(path));
}
function query(open) {
  const database = open(":memory:");
  database.exec("CREATE TABLE ordinary07 (name TEXT, password TEXT)");
  database.exec("INSERT INTO ordinary07 VALUES ('bob', 'hush15x')");
  database.prepare("SELECT name FROM ordinary07 WHERE password = ?").all(
    "hush16x",
  );
  try {
    database.exec("SELECT * FROM missing08 WHERE token = 'hush17x'");
  } catch {
    // Its message is in the recording.
  }
  database.close();
}

// Processes with secrets on their command lines.
const ended = (child) => new Promise((resolve) => child.on("close", resolve).on("error", resolve));
await ended(spawn("true", ["--password", "hush18x", "--token=hush19x"]));
await ended(
  spawn("no-such-program-09", ["-phush20x"], { env: { SECRET: "hush21x" } }),
);
await profiler.span("shell", () =>
  new Promise((resolve, reject) => {
    const command = "PGPASSWORD=hush22x false mysql -u ordinary10 -phush23x --api-key hush24x";
    exec(command, (error) => error === null ? resolve() : reject(error));
  })).catch(() => {});
try {
  execFileSync("false", ["--secret", "hush25x"], { stdio: "ignore" });
} catch {
  // As above.
}

// Files.
await quietly(readFile(new URL("file:///tmp/ordinary11?token=hush26x")));
await quietly(readFile("/nowhere/ordinary12?password=hush27x"));

// Errors.
for (
  const message of [
    "Cannot connect to postgres://app:hush28x@db/ordinary13",
    "Login failed for Server=ordinary14;User=sa;Password=hush29x;",
    "401 for Authorization: Basic aHVzaDMweA==:hush30x",
    'Request was {"headers":{"cookie":"a=hush31x"},"path":"/ordinary15"}',
  ]
) {
  try {
    profiler.span("failing", () => {
      throw new Error(message);
    });
  } catch {
    // Recorded.
  }
}
class LeakyError extends Error {
  name = "LeakyError token=hush32x";
}
try {
  profiler.span("failing", () => {
    throw new LeakyError("ordinary16");
  });
} catch {
  // Recorded.
}

// What the user records: names, attributes of all kinds, events.
profiler.span("job api_key=hush33x ordinary17", (span) => {
  span.setAttribute("password", "hush34x");
  span.setAttribute("http.request.header.authorization", ["Bearer hush35x"]);
  span.setAttribute("user", {
    name: "ordinary18",
    auth: { password: "hush36x" },
    tokens_used: 7,
  });
  span.setAttribute(
    "body",
    JSON.stringify({ clientSecret: "hush37x", plan: "ordinary19" }),
  );
  span.setAttribute("env", "HOME=/ordinary20 NPM_TOKEN=hush38x");
  span.setAttribute("github", "ghp_hush39xABCDEFGHIJKLMNOPQRSTUVWXYZ0123");
  span.setAttribute(
    "answer",
    "got eyJhush40xx.eyJhush41xx.hush42x of ordinary21",
  );
  span.setAttribute(
    "pem",
    "-----BEGIN PRIVATE KEY-----\nhush43x\n-----END PRIVATE KEY-----",
  );
  span.setAttribute("note", "ünïcode ordinary22 password=hush44x");
  span.setAttribute("customer.name", "hush45x");
  span.setAttribute("order", "ordinary23 HUSH-hush46x");
  span.setAttribute("session.id", "hush47x");
  span.setAttribute("list", ["https://bob:hush48x@ordinary24/", "b"]);
  span.addEvent("login token=hush49x", {
    cookie: "hush50x",
    who: "ordinary25",
  });
});
// Left open: its name is all there is of it.
profiler.startSpan("open secret=hush53x ordinary27");
const load = profiler.wrap((id) => id, {
  name: (id) => `load ${id}?token=hush51x`,
});
for (let i = 0; i < 10; i++) load(`ordinary26-${i}`);
profiler.span("many keys", (span) => {
  for (let k = 0; k < 100; k++) span.setAttribute(`k${k}.password`, "hush52x");
});
server.close();
server.closeAllConnections?.();
console.log("done");
