/** `ferret serve`: who is answered, and who is not. */
import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { ferretCommand, runProcess, withFolder } from "../helpers/processes.ts";
import { writeRecording } from "../helpers/recording_fixture.ts";

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  text: string;
}

/** Asks a server; unlike `fetch` it lets the test name any host. */
function ask(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const { method = "GET", headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => text += piece);
      response.on(
        "end",
        () => resolve({ status: response.statusCode!, headers: response.headers, text }),
      );
    });
    request.on("error", reject);
    request.end(body);
  });
}

async function withServer(
  use: (server: { url: string; api: string; token: string }) => Promise<void>,
): Promise<{ exitCode: number | null; stderr: string }> {
  let outcome: { exitCode: number | null; stderr: string } | undefined;
  await withFolder({}, async (folder) => {
    const recording = join(folder, "served.duckdb");
    const spans = Array.from({ length: 50 }, (_, i) => ({ name: "GET /", durationNs: i * 1e6 }));
    await writeRecording(recording, [{ spans, run: { command: "app.ts" } }]);
    let used: Promise<void> | undefined;
    const ended = runProcess(ferretCommand(["serve", recording]), {
      onOutput: (stdout, child) => {
        const url = /^http:\S+\n/.exec(stdout)?.[0].trim();
        if (url === undefined || used !== undefined) return;
        const { origin, searchParams } = new URL(url);
        used = use({ url, api: `${origin}/api`, token: searchParams.get("token")! })
          // Deno's child.kill() tells of the signal that it sent, and not of how the child ended.
          .finally(() => process.kill(child.pid!, "SIGINT"));
      },
    });
    outcome = await ended;
    await used;
  });
  return outcome!;
}

test("serve answers who has the token, and only on the loopback interface", async () => {
  const { exitCode, stderr } = await withServer(async ({ url, api, token }) => {
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32}$/);
    const page = await ask(url);
    assert.equal(page.status, 200);
    assert.match(page.text, /<title>app\.ts/);
    assert.match(String(page.headers["content-security-policy"]), /default-src 'none'/);
    assert.match(String(page.headers["content-security-policy"]), /connect-src 'self'/);
    const authorization = `Bearer ${token}`;
    const post = (body: string, headers: Record<string, string> = { authorization }) =>
      ask(api, { method: "POST", headers, body });
    const overview = JSON.parse((await post('{"kind":"overview","run":0}')).text);
    assert.deepEqual(
      overview.rows.map((row: { name: string; count: number }) => [row.name, row.count]),
      [
        ["GET /", 50],
      ],
    );
    const statuses = {
      withoutToken: await ask(new URL("/", url).href),
      wrongToken: await post('{"kind":"overview","run":0}', { authorization: "Bearer x" }),
      anotherHost: await ask(url, { headers: { host: "attacker.example" } }),
      noSuchRun: await post('{"kind":"overview","run":7}'),
      noSuchName: await post('{"kind":"name","run":0,"name":"x","scope":"y"}'),
      noRequest: await post('{"kind":"files","run":0}'),
      noJson: await post("{"),
      tooLarge: await post(`{"kind":"${"x".repeat(100_000)}"}`).catch(() => ({ status: 413 })),
      noSuchPage: await ask(new URL("/etc/passwd", url).href),
      wrongMethod: await ask(api, { headers: { authorization } }),
    };
    assert.deepEqual(
      Object.fromEntries(Object.entries(statuses).map(([name, { status }]) => [name, status])),
      {
        withoutToken: 403,
        wrongToken: 403,
        anotherHost: 421,
        noSuchRun: 404,
        noSuchName: 404,
        noRequest: 400,
        noJson: 400,
        tooLarge: 413,
        noSuchPage: 404,
        wrongMethod: 405,
      },
    );
  });
  assert.equal(stderr, "");
  assert.equal(exitCode, 0);
});

test("serve ends at once though a browser holds its connection open", async () => {
  const { exitCode } = await withServer(async ({ url }) => {
    const { status } = await ask(url, { headers: { connection: "keep-alive" } });
    assert.equal(status, 200);
  });
  assert.equal(exitCode, 0);
});
