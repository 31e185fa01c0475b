/** Sixty-four threads of Deno, of node:worker_threads and Web Workers, in one recording. */
import { testThreads } from "./threads.ts";

testThreads("deno");
