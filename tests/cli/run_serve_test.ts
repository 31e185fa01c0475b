/** `ferret run -- deno serve` behaves as `deno serve`. */
import { strict as assert } from "node:assert";
import { createServer } from "node:net";
import { test } from "node:test";
import { ferretCommand, runProcess, withFolder } from "../helpers/processes.ts";

/** Answers one request of its own and ends. */
const SERVER = `const port = Deno.args[0];
const state = (host: string) => Deno.permissions.querySync({ name: "net", host }).state;
console.log(import.meta.main, Deno.args, state(\`127.0.0.1:\${port}\`), state("example.com"));
export default {
  fetch: (request: Request) => new Response(new URL(request.url).pathname),
  onListen({ hostname, port }: Deno.NetAddr) {
    console.log("listening", hostname, port);
    fetch(\`http://127.0.0.1:\${port}/hello\`).then(async (response) => {
      console.log(await response.text());
      Deno.exit(3);
    });
  },
} satisfies Deno.ServeDefaultExport;
`;

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

test("ferret run -- deno serve listens, prints and ends as deno serve does", async () => {
  await withFolder({ "server.ts": SERVER }, async (folder) => {
    const cases = [["--host", "127.0.0.1"], [], ["--allow-net", "--host=127.0.0.1"]];
    for (const flags of cases) {
      const port = String(await freePort());
      const command = ["deno", "serve", "--port", port, ...flags, "server.ts", port];
      const plain = await runProcess(command, { cwd: folder });
      const recorded = await runProcess(
        ferretCommand(["run", "--quiet", "-o", `${folder}/out.duckdb`, "--", ...command]),
        { cwd: folder },
      );
      assert.match(plain.stdout, /listening .*\n\/hello\n$/);
      assert.equal(recorded.stdout, plain.stdout);
      assert.equal(recorded.stderr, plain.stderr);
      assert.equal(recorded.exitCode, 3);
    }
  });
});

test("ferret run -- deno serve prints its address when the program does not listen for it", async () => {
  const source =
    "setTimeout(() => Deno.exit(0), 300);\nexport default { fetch: () => new Response() };\n";
  await withFolder({ "server.ts": source }, async (folder) => {
    const port = String(await freePort());
    const args = ["--", "deno", "serve", "--host", "127.0.0.1", "--port", port, "server.ts"];
    const { stdout, stderr } = await runProcess(
      ferretCommand(["run", "--quiet", ...args]),
      { cwd: folder },
    );
    assert.equal(stdout + stderr, `deno serve: Listening on http://127.0.0.1:${port}/\n`);
  });
});
