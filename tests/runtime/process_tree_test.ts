/** Which processes a program has started, and where it listens. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer, type Server } from "node:net";
import process from "node:process";
import { test } from "node:test";
import {
  type ListeningAddress,
  listeningAddress,
  parseLsof,
  parseNetstat,
} from "../../src/runtime/listening_address.ts";
import { processTree } from "../../src/runtime/process_tree.ts";

test("the tree of a process has its children and theirs", async () => {
  const shell = spawn("sh", ["-c", "sleep 60 & echo $!; wait"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  try {
    const text: string = await new Promise((resolve) => shell.stdout.once("data", resolve));
    const grandchild = Number(String(text).trim());
    const tree = processTree(process.pid);
    for (const pid of [process.pid, shell.pid!, grandchild]) assert.ok(tree.includes(pid));
    assert.deepEqual(processTree(shell.pid!, { sameGroup: true }), [shell.pid, grandchild]);
    assert.deepEqual(processTree(grandchild), [grandchild]);
    process.kill(grandchild);
  } finally {
    shell.kill("SIGKILL");
  }
});

test("a process of a group of its own is not reached by Ctrl-C", () => {
  const child = spawn("sleep", ["60"], { detached: true, stdio: "ignore" });
  try {
    assert.ok(processTree(process.pid).includes(child.pid!));
    assert.ok(!processTree(process.pid, { sameGroup: true }).includes(child.pid!));
  } finally {
    child.kill("SIGKILL");
  }
});

async function listen(host: string | undefined): Promise<{ server: Server; port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen({ port: 0, host }, resolve));
  return { server, port: (server.address() as { port: number }).port };
}

test("the address of a listening process is one that it can be called at", async () => {
  const before = listeningAddress([process.pid]);
  assert.equal(before, undefined);
  for (
    const [host, called] of [
      ["127.0.0.1", "127.0.0.1"],
      ["0.0.0.0", "127.0.0.1"],
      [undefined, "127.0.0.1"],
      ["127.0.0.2", "127.0.0.2"],
    ]
  ) {
    const { server, port } = await listen(host);
    assert.deepEqual(listeningAddress([1, process.pid]), { port, host: called! });
    await new Promise((resolve) => server.close(resolve));
  }
});

test("what lsof and netstat print is read", () => {
  const at = (port: number, host = "127.0.0.1"): ListeningAddress => ({ port, host });
  assert.deepEqual(parseLsof("p42\nf18\nn*:8000\n"), at(8000));
  assert.deepEqual(parseLsof("p42\nf18\nn[::1]:8000\nf19\nn*:9000\n"), at(8000, "[::1]"));
  assert.equal(parseLsof(""), undefined);
  const netstat = `
Aktive Verbindungen

  Proto  Lokale Adresse         Remoteadresse          Status           PID
  TCP    0.0.0.0:135            0.0.0.0:0              ABHÖREN          908
  TCP    127.0.0.1:50001        127.0.0.1:8000         HERGESTELLT      42
  TCP    [::]:8000              [::]:0                 ABHÖREN          42
`;
  assert.deepEqual(parseNetstat(netstat, [42]), at(8000));
  assert.deepEqual(parseNetstat(netstat, [7, 908]), at(135));
  assert.equal(parseNetstat(netstat, [7]), undefined);
});
