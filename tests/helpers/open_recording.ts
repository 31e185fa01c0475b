/**
 * A process that has a recording open for writing until it is killed.
 *
 * @module
 */
import process from "node:process";
import { openDatabase } from "../../src/store/duckdb_api.ts";

const database = await openDatabase(process.argv[2]!, { isForeign: true });
console.log("open");
// What nobody needs any more is closed.
setInterval(() => void database.connection, 1_000);
