/** Sixty-four threads of Bun, of node:worker_threads and Web Workers, in one recording. */
import { testThreads } from "./threads.ts";

testThreads("bun");
