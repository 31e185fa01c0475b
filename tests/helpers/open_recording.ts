/**
 * A process that has a recording open for writing until it is killed.
 *
 * @module
 */
import process from "node:process";
import { openDatabase } from "../../src/store/duckdb_api.ts";

await openDatabase(process.argv[2]!, { isForeign: true });
console.log("open");
setInterval(() => {}, 1_000);
