/**
 * Requests that a loaded server still answers under ferret: with and without
 * in turn, load from another process.
 *
 * @module
 */
import { join } from "node:path";
import type { Bench, Figure, Measurement } from "../figure.ts";
import { startServer } from "../loaded_server.ts";
import { plainCommand, recordedCommand, run } from "../processes.ts";

const PAIRS = 3;
const CONNECTIONS = 32;

export const httpServer: Measurement = {
  name: "http-server",
  title: "Requests answered by a loaded server",
  async run(bench: Bench): Promise<Figure[]> {
    const plain: number[] = [];
    const recorded: number[] = [];
    for (let pair = 0; pair < PAIRS; pair++) {
      plain.push(await loadServer(bench, plainCommand(bench, "server.ts")));
      const out = `http_${pair}.duckdb`;
      recorded.push(
        await loadServer(
          bench,
          recordedCommand(bench, { out, flags: ["--quiet"], program: "server.ts" }),
        ),
      );
    }
    return [
      { what: "requests a second, without ferret", value: Math.max(...plain), unit: "requests/s" },
      {
        what: "kept with ferret, functions recorded",
        value: Math.max(...recorded) / Math.max(...plain) * 100,
        unit: "%",
        goal: { limit: 97, is: "at least" },
      },
    ];
  },
};

/** Requests a second. */
async function loadServer(bench: Bench, command: string[]): Promise<number> {
  const server = await startServer(command);
  try {
    const autocannon = join(bench.peers, "node_modules", "autocannon", "autocannon.js");
    const load = (seconds: number) =>
      run([
        "node",
        autocannon,
        ...["--json", "--connections", `${CONNECTIONS}`, "--duration", `${seconds}`],
        `${server.url}/world`,
      ]);
    await load(1);
    const { stdout } = await load(Math.max(2, bench.seconds / 2));
    return (JSON.parse(stdout) as { requests: { average: number } }).requests.average;
  } finally {
    await server.stop();
  }
}
