/** Who gets a signal when ferret, its program, or their terminal is signalled. */
import { strict as assert } from "node:assert";
import { test } from "node:test";
import process from "node:process";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { ferretCommand, programRuntimes, runProcess, withFolder } from "../helpers/processes.ts";

/** Counts what it gets, and ends on `q` or after a while. */
const COUNTER = `import process from "node:process";
const counts: Record<string, number> = {};
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR2"] as const) {
  process.on(signal, () => {
    counts[signal] = (counts[signal] ?? 0) + 1;
    // Long enough for a second delivery to arrive.
    setTimeout(() => {
      console.log("counts", JSON.stringify(counts));
      process.exit(7);
    }, 300);
  });
}
console.log("ready");
setInterval(() => {}, 1000);
`;

const FOREVER = 'console.log("ready");\nfor (;;);\n';

/** Ferret's command line for a program in the current folder. */
function ferretRun(runtime: RuntimeName, script: string): string[] {
  const flags = runtime === "deno" ? ["-A"] : [];
  return ferretCommand(["run", "--quiet", "--runtime", runtime, ...flags, script]);
}

/** The same command in a terminal of its own, whose keys are what is written to stdin. */
function inTerminal(command: string[]): string[] {
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  return process.platform === "darwin"
    ? ["script", "-q", "/dev/null", ...command]
    : ["script", "--quiet", "--return", "--flush", "--command", `exec ${quoted}`, "/dev/null"];
}

for (const runtime of programRuntimes()) {
  test(`Ctrl-C reaches a ${runtime} program once`, async () => {
    await withFolder({ "counter.ts": COUNTER }, async (folder) => {
      let isSent = false;
      const result = await runProcess(inTerminal(ferretRun(runtime, "counter.ts")), {
        cwd: folder,
        onOutput: (stdout, child) => {
          if (isSent || !stdout.includes("ready")) return;
          isSent = true;
          child.stdin!.write("\x03");
        },
      });
      assert.match(result.stdout, /counts \{"SIGINT":1\}/);
      assert.equal(result.exitCode, 7);
    });
  });

  test(`A signal sent to ferret alone reaches a ${runtime} program once`, async () => {
    await withFolder({ "counter.ts": COUNTER }, async (folder) => {
      const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR2"] as const;
      await Promise.all(signals.map(async (signal) => {
        let isSent = false;
        const result = await runProcess(ferretRun(runtime, "counter.ts"), {
          cwd: folder,
          onOutput: (stdout, child) => {
            if (isSent || !stdout.includes("ready")) return;
            isSent = true;
            process.kill(child.pid!, signal);
          },
        });
        assert.equal(result.stdout, `ready\ncounts {"${signal}":1}\n`);
        assert.equal(result.exitCode, 7);
      }));
    });
  });
}

test("Ctrl-C ends a program that does not listen, and ferret finishes the recording", async () => {
  await withFolder({ "forever.ts": FOREVER }, async (folder) => {
    let isSent = false;
    const result = await runProcess(inTerminal(ferretRun("deno", "forever.ts")), {
      cwd: folder,
      onOutput: (stdout, child) => {
        if (isSent || !stdout.includes("ready")) return;
        isSent = true;
        // The second one finds ferret at work on the file.
        child.stdin!.write("\x03");
        setTimeout(() => child.stdin!.write("\x03"), 50);
      },
    });
    assert.equal(result.exitCode, 130);
  });
});
