/**
 * A DuckDB for reading files from strangers: an empty database in memory that
 * sees the recording and nothing else of the machine.
 *
 * The recording is attached, never made the current database: its macros would
 * shadow built-in functions, its views read other files. What is read of it is
 * offered as views of our own, made from its base tables.
 *
 * @module
 */
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { makeTemporaryFolder, removeTemporary } from "../../runtime/temporary_paths.ts";
import { realPath } from "../real_path.ts";
import { readRows } from "../rows.ts";
import { quoteString } from "../schema.ts";
import { toRecordingError } from "./reading_error.ts";

/**
 * Nothing is fetched and nothing is loaded, whatever a file asks for. The limit
 * is for the file's blocks, which DuckDB keeps as long as there is room, and for
 * what is sorted; the rest of that goes to a private folder.
 */
const CONFIG = {
  memory_limit: "1GB",
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
  allow_community_extensions: "false",
};

/** Name of the recording's database. */
export const ATTACHED = "recording";

/** An empty database that can read one recording. */
export class Sandbox {
  readonly path: string;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #spillFolder: string;
  readonly #statements: string[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    path: string,
    instance: DuckDBInstance,
    parts: { connection: DuckDBConnection; spillFolder: string },
  ) {
    this.path = path;
    this.#instance = instance;
    this.#connection = parts.connection;
    this.#spillFolder = parts.spillFolder;
  }

  /**
   * Attaches the DuckDB file at `path`.
   *
   * @param target A folder that queries may write to besides.
   * @throws {RecordingError} when it cannot be read.
   */
  static async ofFile(path: string, target?: string): Promise<Sandbox> {
    const file = realPath(path);
    return await Sandbox.#create(path, {
      allowed: [
        `allowed_paths = [${quoteString(file)}, ${quoteString(`${file}.wal`)}]`,
        ...target === undefined ? [] : [`allowed_directories = [${quoteString(realPath(target))}]`],
      ],
      then: [`ATTACH ${quoteString(file)} AS ${ATTACHED} (READ_ONLY, TYPE duckdb)`],
    });
  }

  /** Allows to read the files below the folder `path`, and to write to those below `target`. */
  static async ofFolder(path: string, target?: string): Promise<Sandbox> {
    const folders = [path, ...target === undefined ? [] : [target]].map(realPath).map(quoteString);
    return await Sandbox.#create(path, {
      allowed: [`allowed_directories = [${folders.join(", ")}]`],
      then: [],
    });
  }

  /** Everything is settled before the first byte of the recording is read. */
  static async #create(
    path: string,
    { allowed, then }: { allowed: string[]; then: string[] },
  ): Promise<Sandbox> {
    const spillFolder = makeTemporaryFolder("ferret-read-");
    const instance = await DuckDBInstance.create(":memory:", {
      ...CONFIG,
      temp_directory: spillFolder,
    });
    const connection = await instance.connect();
    const sandbox = new Sandbox(path, instance, { connection, spillFolder });
    try {
      for (const setting of allowed) await sandbox.run(`SET ${setting}`);
      await sandbox.run("SET enable_external_access = false");
      await sandbox.run("SET lock_configuration = true");
      for (const statement of then) await sandbox.run(statement);
      return sandbox;
    } catch (error) {
      sandbox.close();
      throw error;
    }
  }

  /** For queries that nobody here wrote; what they throw is not the recording's fault. */
  get connection(): DuckDBConnection {
    return this.#connection;
  }

  /** All statements so far that were run for what they do: they make another DuckDB the same. */
  get statements(): readonly string[] {
    return this.#statements;
  }

  /** @throws {RecordingError} when the recording is at fault. */
  async run(sql: string): Promise<void> {
    try {
      this.#statements.push(sql);
      await this.#connection.run(sql);
    } catch (error) {
      throw toRecordingError(this.path, error);
    }
  }

  /** Every row of a query. @throws {RecordingError} when the recording is at fault. */
  async rows(sql: string): Promise<unknown[][]> {
    try {
      return await readRows(this.#connection, sql);
    } catch (error) {
      throw toRecordingError(this.path, error);
    }
  }

  /** The columns of a query in pieces of rows, as they come. @throws {RecordingError} */
  async *stream(sql: string): AsyncIterable<readonly (readonly unknown[])[]> {
    try {
      // Another query on the same connection would end this one.
      const connection = await this.#instance.connect();
      try {
        const result = await connection.stream(sql);
        for (;;) {
          const chunk = await result.fetchChunk();
          if (chunk === null || chunk.rowCount === 0) return;
          // Half as much work as rows.
          yield chunk.getColumns();
        }
      } finally {
        connection.closeSync();
      }
    } catch (error) {
      throw toRecordingError(this.path, error);
    }
  }

  /** Runs `work` when what was asked for before is done: it fills tables that others fill too. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return await result;
  }

  /** Replaces a table of our own. Its columns are INTEGER, BIGINT or VARCHAR. */
  async fill(
    table: string,
    columns: OwnTable["columns"],
    rows: OwnTable["rows"],
  ): Promise<void> {
    const list = columns.map(([name, type]) => `${name} ${type}`).join(", ");
    // Closing an appender ends whatever query its connection has under way.
    const connection = await this.#instance.connect();
    try {
      await connection.run(`CREATE OR REPLACE TABLE ${table} (${list})`);
      await append(connection, table, { columns, rows });
    } finally {
      connection.closeSync();
    }
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
    removeTemporary(this.#spillFolder);
  }
}

/** What a table of our own is made of. */
interface OwnTable {
  columns: readonly (readonly [name: string, type: "INTEGER" | "BIGINT" | "VARCHAR"])[];
  rows: readonly (readonly (string | number)[])[];
}

async function append(
  connection: DuckDBConnection,
  table: string,
  { columns, rows }: OwnTable,
): Promise<void> {
  const appender = await connection.createAppender(table);
  try {
    for (const row of rows) {
      columns.forEach(([, type], i) => {
        if (type === "VARCHAR") appender.appendVarchar(String(row[i]));
        else if (type === "INTEGER") appender.appendInteger(Number(row[i]));
        else appender.appendBigInt(BigInt(row[i]!));
      });
      appender.endRow();
    }
  } finally {
    appender.closeSync();
  }
}
