/** The page when a server answers: nothing is left out for size. */
import { strict as assert } from "node:assert";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { FERRET_VERSION } from "../../src/model/version.ts";
import { RunAnswers } from "../../src/report/answer.ts";
import { clientBundle } from "../../src/report/client_bundle.ts";
import { htmlPage } from "../../src/report/html.ts";
import type { PageRequest } from "../../src/report/page_requests.ts";
import { openRecording } from "../../src/store/reader/open.ts";
import { withPage } from "../helpers/browser.ts";
import { shopRun } from "../helpers/page_fixture.ts";
import { withFolder } from "../helpers/processes.ts";
import { writeRecording } from "../helpers/recording_fixture.ts";

const TOKEN = "secret";

/** Answers from a recording; its timeline is 100 spans at a time. */
async function withServer(use: (url: string, asked: PageRequest[]) => Promise<void>) {
  await withFolder({}, async (folder) => {
    const recording = join(folder, "shop.duckdb");
    await writeRecording(recording, [shopRun()]);
    const reader = await openRecording(recording);
    const answers = new RunAnswers(reader, { timelineSpans: 100 });
    const runs = [{ title: "app", source: "a" }];
    const head = { ferretVersion: FERRET_VERSION, runs, omissions: [] };
    const html = [...htmlPage({ client: await clientBundle(), head }, { connect: true })].join("");
    const asked: PageRequest[] = [];
    const server = createServer((request, response) => {
      if (request.method === "GET") return response.end(html);
      void readBody(request).then(async (body) => {
        assert.equal(request.headers.authorization, `Bearer ${TOKEN}`);
        const question = JSON.parse(body) as PageRequest;
        asked.push(question);
        response.end(JSON.stringify(await answers.answer(question)));
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked);
    } finally {
      server.closeAllConnections();
      server.close();
      reader.close();
    }
  });
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const piece of request) body += piece;
  return body;
}

test("a served timeline gets what was too short to be seen when somebody looks closer", async () => {
  await withServer(async (url, asked) => {
    const options = { hash: "#/0/timeline", api: `${url}api` };
    await withPage(`${url}?token=${TOKEN}`, options, async (page) => {
      const search = page.getByRole("searchbox");
      // The longest spans are all requests.
      await search.fill("render");
      await page.getByText("0 found").waitFor();
      await search.fill("http.server");
      await search.press("Enter");
      await page.getByText(/^1 of /).waitFor();
      const chosen = await page.locator("aside.details h3").textContent();
      for (let i = 0; i < 6; i++) await page.getByRole("button", { name: "Zoom in" }).click();
      await page.getByText(/^[1-9]\d* found$/).waitFor();
      // What comes later does not take away what was chosen.
      assert.equal(await page.locator("aside.details h3").textContent(), chosen);
      await search.fill("render");
      await page.getByText(/^[1-9]\d* found$/).waitFor();
      await search.press("Enter");
      assert.equal(await page.locator("aside.details h3").textContent(), "render");
      assert.deepEqual([...new Set(asked.map(({ kind }) => kind))], ["overview", "slices"]);
      // The trace of any span can be asked for.
      await page.getByRole("link", { name: "Its trace, with attributes" }).click();
      await page.waitForSelector(".span-list tbody tr");
    });
  });
});
