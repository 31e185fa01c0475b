/**
 * What is recorded of a query: its text with every literal replaced by `?`, and
 * the few words that name a span, such as `SELECT users`, after OpenTelemetry's
 * conventions for databases.
 *
 * One pass over a bounded part of the text. It knows no grammar, only which
 * words are followed by the name of a table.
 *
 * @module
 */
import { HiddenText } from "./hidden_text.ts";
import {
  type Dialect,
  END,
  LITERAL,
  NAME,
  NAME_OR_LITERAL,
  PARAMETER,
  SPACE,
  SqlScanner,
  SYMBOL,
  WORD,
} from "./sql_tokens.ts";
import { Set } from "../../runtime/intrinsics.ts";

/** What is recorded of a query. */
export interface QuerySummary {
  /** `SELECT users orders`; empty when the text is no SQL that is known. */
  summary: string;
  /** `SELECT`, `CREATE TABLE`; empty as above. */
  operation: string;
  /** The table, where there is only one. */
  collection: string | undefined;
  /** The query without literals. */
  text: string;
}

/** Longer texts are cut: what makes them long is data. */
export const MAX_QUERY_CHARS = 4096;
/** As OpenTelemetry has it. */
const MAX_SUMMARY_CHARS = 255;

/** Words that begin a statement and are its operation. */
const OPERATIONS = words(
  "SELECT INSERT UPDATE DELETE REPLACE MERGE TRUNCATE CREATE DROP ALTER BEGIN START COMMIT END " +
    "ROLLBACK ABORT SAVEPOINT RELEASE SET RESET SHOW USE EXPLAIN DESCRIBE DESC PRAGMA VALUES " +
    "TABLE COPY CALL EXECUTE EXEC PREPARE DEALLOCATE DECLARE FETCH MOVE CLOSE LOCK UNLOCK ANALYZE " +
    "VACUUM REINDEX OPTIMIZE ATTACH DETACH LISTEN UNLISTEN NOTIFY GRANT REVOKE COMMENT DO LOAD " +
    "INSTALL IMPORT EXPORT SUMMARIZE PIVOT UNPIVOT CHECKPOINT CLUSTER REFRESH DISCARD RENAME " +
    "FLUSH KILL HANDLER REPAIR CHECK",
);
/** Operations that one statement can have several of. */
const NESTED = words("SELECT INSERT UPDATE DELETE MERGE");
/** Operations whose table follows without another word. */
const DIRECT = words(
  "INSERT UPDATE REPLACE TRUNCATE TABLE COPY DESCRIBE DESC CALL SUMMARIZE",
);
/** Operations with a list of tables behind `FROM`. */
const READERS = words("SELECT DELETE UPDATE");
/** Before the name of a table, and not it. */
const MODIFIERS = words(
  "ONLY INTO LOW_PRIORITY HIGH_PRIORITY DELAYED IGNORE OR ROLLBACK ABORT REPLACE FAIL TABLE IF " +
    "NOT EXISTS CONCURRENTLY LATERAL RECURSIVE OVERWRITE",
);
/** Ends the list of tables. */
const AFTER_TABLES = words(
  "WHERE GROUP HAVING ORDER LIMIT OFFSET FETCH WINDOW QUALIFY UNION EXCEPT INTERSECT SET VALUES " +
    "RETURNING",
);
/** What is created, dropped or altered. */
const OBJECTS = words(
  "TABLE VIEW INDEX TRIGGER FUNCTION PROCEDURE AGGREGATE SCHEMA DATABASE SEQUENCE TYPE DOMAIN " +
    "EXTENSION ROLE USER POLICY RULE EVENT SERVER SECRET MACRO TABLESPACE PUBLICATION SUBSCRIPTION",
);
/** What is created with a body of statements. */
const PROGRAMS = words("TRIGGER FUNCTION PROCEDURE EVENT RULE MACRO");

/** A level of parentheses. */
interface Level {
  /** The operation that its words belong to. */
  operation: string;
  /** In the list of tables behind `FROM`. */
  isInTables: boolean;
  /** In the names behind `WITH`. */
  isInWith: boolean;
}

/** Summarizes a query. */
export function summarizeQuery(sql: string, dialect: Dialect): QuerySummary {
  const isCut = sql.length > MAX_QUERY_CHARS;
  const scanner = new SqlScanner(
    isCut ? sql.slice(0, MAX_QUERY_CHARS) : sql,
    dialect,
  );
  const hidden = new HiddenText();
  const reader = new SummaryReader();
  for (let kind = scanner.next(); kind !== END; kind = scanner.next()) {
    if (kind === SPACE) {
      hidden.addSpace();
      continue;
    }
    const token = scanner.text.slice(scanner.start, scanner.end);
    if (kind === LITERAL) hidden.addValue("?");
    else if (kind === PARAMETER) {
      hidden.addValue(token[0] === "?" ? "?" : token);
    } else if (kind === SYMBOL) hidden.addSymbol(token);
    else if (kind === NAME_OR_LITERAL && !reader.expectsName) {
      hidden.addValue("?");
    } else hidden.addWord(token);
    reader.read(kind, token);
  }
  reader.finish();
  return {
    summary: reader.summary(),
    operation: reader.mainOperation,
    collection: reader.collection(),
    text: hidden.toString() + (isCut ? "…" : ""),
  };
}

/** Finds the operations and the tables. */
class SummaryReader {
  /** The main operation of the first statement. */
  mainOperation = "";
  readonly #parts: string[] = [];
  readonly #tables = new Set<string>();
  /** Names that the query gave to its own parts. */
  readonly #ownNames = new Set<string>();
  readonly #levels: Level[] = [newLevel()];
  #isAtStart = true;
  #statementHasMain = false;
  /** The next name is that of a table. */
  #expects = false;
  /** The next name is one that the query gives. */
  #expectsOwn = false;
  /** The name being read, which may go on behind a dot. */
  #pending: string | undefined;
  #isAfterDot = false;
  /** Behind `CREATE`, `DROP` or `ALTER`, up to what it is. */
  #isInDefinition = false;
  #previous = "";
  #isDone = false;

  /** Whether a word in quotes would be a name here, for sure. */
  get expectsName(): boolean {
    return this.#expects || this.#isAfterDot || this.#expectsOwn;
  }

  read(kind: number, token: string): void {
    if (this.#isDone) return;
    if (kind === WORD) {
      const word = token.toUpperCase();
      if (!this.#readName(token, word)) this.#readWord(word, token);
      this.#previous = word;
      return;
    }
    if (kind === NAME || kind === NAME_OR_LITERAL) {
      if (!this.#readName(token, undefined)) this.#endPending();
    } else if (kind === SYMBOL) {
      this.#readSymbol(token);
    } else {
      this.#endPending();
      this.#expects = false;
    }
    this.#isAtStart &&= token === ";" || token === "(";
    this.#previous = token;
  }

  finish(): void {
    this.#endPending();
    // A statement in parentheses.
    if (this.mainOperation === "") this.mainOperation = this.#parts[0] ?? "";
  }

  /** The span's name: whole parts only. */
  summary(): string {
    let summary = "";
    for (const part of this.#parts) {
      if (summary.length + part.length >= MAX_SUMMARY_CHARS) break;
      summary += part === ";" || summary === "" ? part : ` ${part}`;
    }
    return summary.endsWith(";") ? summary.slice(0, -1) : summary;
  }

  collection(): string | undefined {
    return this.#tables.size === 1 ? [...this.#tables][0] : undefined;
  }

  /** @returns whether the token was the name of something, or a part of it. */
  #readName(token: string, word: string | undefined): boolean {
    if (this.#isAfterDot) {
      this.#isAfterDot = false;
      if (this.#pending !== undefined) this.#pending += `.${unquoted(token)}`;
      return true;
    }
    if (this.#expectsOwn) {
      if (word === "RECURSIVE") return true;
      this.#expectsOwn = false;
      this.#ownNames.add(unquoted(token).toLowerCase());
      return true;
    }
    if (!this.#expects) return false;
    if (word !== undefined && (MODIFIERS.has(word) || OPERATIONS.has(word))) {
      if (MODIFIERS.has(word)) return true;
      this.#expects = false;
      return false;
    }
    this.#expects = false;
    this.#pending = unquoted(token);
    return true;
  }

  #readSymbol(symbol: string): void {
    const level = this.#levels.at(-1)!;
    if (symbol === ".") {
      this.#isAfterDot = true;
      return;
    }
    this.#isAfterDot = false;
    // `FROM f(…)`: a function.
    if (symbol === "(" && level.isInTables && this.#pending !== undefined) {
      this.#pending = undefined;
    }
    this.#endPending();
    switch (symbol) {
      case "(":
        this.#expects = false;
        this.#levels.push(newLevel());
        break;
      case ")":
        if (this.#levels.length > 1) this.#levels.pop();
        this.#expects = false;
        break;
      case ",":
        if (level.isInWith) this.#expectsOwn = true;
        else this.#expects = level.isInTables;
        break;
      case ";":
        this.#levels.length = 0;
        this.#levels.push(newLevel());
        this.#isAtStart = true;
        this.#statementHasMain = false;
        this.#expects = false;
        this.#isInDefinition = false;
        if (this.#parts.length > 0 && this.#parts.at(-1) !== ";") {
          this.#parts.push(";");
        }
        break;
      default:
        this.#expects = false;
    }
  }

  #readWord(word: string, token: string): void {
    const isAtStart = this.#isAtStart;
    this.#isAtStart = false;
    this.#endPending();
    const level = this.#levels.at(-1)!;
    if (this.#isInDefinition) return this.#readDefinition(word);
    if (isAtStart) return this.#begin(word, level);
    switch (word) {
      case "WITH":
        if (level.operation === "" && this.#levels.length > 1) {
          this.#beginWith(level);
        }
        return;
      case "FROM":
        // Not `EXTRACT(year FROM t)`, nor `IS DISTINCT FROM`.
        if (READERS.has(level.operation) && this.#previous !== "DISTINCT") {
          this.#expectTables(level);
        }
        return;
      case "JOIN":
      case "STRAIGHT_JOIN":
        this.#expectTables(level);
        return;
      case "USING":
        if (level.operation === "DELETE" || level.operation === "MERGE") {
          this.#expectTables(level);
        }
        return;
      case "ON":
        if (level.operation.endsWith(" INDEX")) this.#expects = true;
        return;
      case "INTO":
        if (level.operation === "MERGE") this.#expects = true;
        return;
    }
    if (level.operation === "PRAGMA" && this.#previous === "PRAGMA") {
      this.#parts.push(token);
    }
    if (word === "TRANSACTION" && this.#previous === "START") {
      this.#parts.push("TRANSACTION");
    }
    if (NESTED.has(word) && this.#isOperation(word, level)) {
      this.#begin(word, level);
    } else if (AFTER_TABLES.has(word)) level.isInTables = false;
  }

  /** Whether a word that can be an operation is one here. */
  #isOperation(word: string, level: Level): boolean {
    if (word === "SELECT") return true;
    // Not `FOR UPDATE`, `ON DELETE`, `DO UPDATE`: there, the level has its operation.
    return level.operation === "" &&
        (this.#levels.length === 1 || this.#previous === "(") ||
      level.operation === "EXPLAIN" || level.operation === "PREPARE";
  }

  /** The first word of a statement, or of one within it. */
  #begin(word: string, level: Level): void {
    if (word === "WITH") return this.#beginWith(level);
    const operation = word === "FROM" ? "SELECT" : word;
    if (!OPERATIONS.has(operation)) return;
    level.operation = operation;
    level.isInWith = false;
    level.isInTables = false;
    if (
      operation === "CREATE" || operation === "DROP" || operation === "ALTER"
    ) {
      this.#isInDefinition = true;
      return;
    }
    this.#addOperation(operation);
    if (word === "FROM") this.#expectTables(level);
    else this.#expects = DIRECT.has(operation);
  }

  #beginWith(level: Level): void {
    level.isInWith = true;
    this.#expectsOwn = true;
  }

  /** Words between `CREATE` and the name of what is created. */
  #readDefinition(word: string): void {
    const level = this.#levels.at(-1)!;
    if (!OBJECTS.has(word)) return;
    this.#isInDefinition = false;
    level.operation = `${level.operation} ${word}`;
    this.#addOperation(level.operation);
    this.#expects = word === "TABLE" || word === "VIEW";
    this.#isDone = PROGRAMS.has(word);
  }

  #addOperation(operation: string): void {
    this.#parts.push(operation);
    if (this.#levels.length > 1 || this.#statementHasMain) return;
    this.#statementHasMain = true;
    if (this.mainOperation === "") this.mainOperation = operation;
  }

  #expectTables(level: Level): void {
    level.isInTables = true;
    this.#expects = true;
  }

  #endPending(): void {
    const name = this.#pending;
    if (name === undefined) return;
    this.#pending = undefined;
    if (name === "" || this.#ownNames.has(name.toLowerCase())) return;
    if (this.#parts.at(-1) !== name) this.#parts.push(name);
    if (this.#levels.at(-1)!.operation !== "CALL") this.#tables.add(name);
  }
}

function newLevel(): Level {
  return { operation: "", isInTables: false, isInWith: false };
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(" "));
}

/** A name without its quotes. */
function unquoted(name: string): string {
  const first = name[0];
  return first === '"' || first === "`" || first === "[" ? name.slice(1, -1) : name;
}
