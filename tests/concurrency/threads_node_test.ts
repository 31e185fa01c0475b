/** Sixty-four threads of Node, in one recording. */
import { testThreads } from "./threads.ts";

testThreads("node");
