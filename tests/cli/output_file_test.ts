/** Files that commands write: whole, or not at all. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runtimeName } from "../../src/runtime/self.ts";
import { plainCommand, ROOT, runProcess, withFolder } from "../helpers/processes.ts";

test("OutputFile leaves nothing when a signal ends ferret", () =>
  withFolder({
    "waiting.ts": `
      import { OutputFile } from ${JSON.stringify(join(ROOT, "cli/output_file.ts"))};
      const file = OutputFile.create("out.json");
      file.write("half of it");
      setInterval(() => {}, 1000);
      console.log("written");
    `,
  }, async (folder) => {
    const runtime = runtimeName();
    const flags = runtime === "deno" ? ["-A", "--no-check"] : [];
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      let during: string[] = [];
      const ended = await runProcess(plainCommand(runtime, "waiting.ts", { flags }), {
        cwd: folder,
        onOutput: (stdout, child) => {
          if (!stdout.includes("written")) return;
          during = readdirSync(folder);
          child.kill(signal);
        },
      });
      assert.equal(ended.signal, signal, ended.stderr);
      assert.ok(during.some((name) => name.startsWith("out.json.partial-")));
      assert.deepEqual(readdirSync(folder), ["waiting.ts"]);
    }
  }));
