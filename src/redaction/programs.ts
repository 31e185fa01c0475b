/**
 * Secrets on command lines, as a list of arguments or within a text: behind
 * flags whose name says so, behind the short flags of programs that take
 * passwords, and in variables before the command.
 *
 * @module
 */
import { ORDINARY, REDACTED } from "../model/secret_names.ts";
import type { SecrecyOf } from "./pairs.ts";

/** What the flags of a program take. */
interface ProgramFlags {
  /** Behind them stands a secret, in the same word or the next. */
  secret?: readonly string[];
  /** Behind them stands `user:password`. */
  credentials?: readonly string[];
  /** The short flag only means a password behind this word. */
  behind?: string;
}

const MYSQL: ProgramFlags = { secret: ["-p"] };
const MONGO: ProgramFlags = { secret: ["-p"] };
const LOGIN: ProgramFlags = { secret: ["-p"], behind: "login" };
const PROGRAMS: ReadonlyMap<string, ProgramFlags> = new Map<string, ProgramFlags>([
  ["mysql", MYSQL],
  ["mysqldump", MYSQL],
  ["mysqladmin", MYSQL],
  ["mysqlimport", MYSQL],
  ["mariadb", MYSQL],
  ["mariadb-dump", MYSQL],
  ["mariadb-admin", MYSQL],
  ["mycli", MYSQL],
  ["sshpass", { secret: ["-p"] }],
  ["redis-cli", { secret: ["-a"] }],
  ["mongo", MONGO],
  ["mongosh", MONGO],
  ["mongodump", MONGO],
  ["mongorestore", MONGO],
  ["docker", LOGIN],
  ["podman", LOGIN],
  ["helm", LOGIN],
  ["oc", LOGIN],
  ["az", LOGIN],
  ["curl", { credentials: ["-u", "--user", "-U", "--proxy-user"] }],
  ["http", { credentials: ["-a", "--auth"] }],
  ["https", { credentials: ["-a", "--auth"] }],
  ["ldapsearch", { secret: ["-w"] }],
  ["ldapmodify", { secret: ["-w"] }],
  ["sqlcmd", { secret: ["-P"] }],
  ["zip", { secret: ["-P"] }],
  ["unzip", { secret: ["-P"] }],
  ["7z", { secret: ["-p"] }],
  ["ssh-keygen", { secret: ["-N"] }],
  ["openssl", { secret: ["-passin", "-passout", "-pass"] }],
]);

/** One of the programs as a word of a text. */
const ANY_PROGRAM = new RegExp(
  `(?:^|[\\s/\\\\"'\`(|;&])(?:${[...PROGRAMS.keys()].join("|")})(?:\\.exe)?\\s`,
);
const ANY_FLAG = /(?:^|[\s"'`(])--?[A-Za-z_]/;
/** A word with the space before it; quotes keep words together. */
const SHELL_WORD = /[^\S\n]+|\n|[|;&]+|(?:"[^"]*"|'[^']*'|[^\s"'|;&]|["'])+/g;
/** Longer texts are no command lines; they are looked at up to here. */
const MAX_COMMAND_CHARS = 65_536;

/** The arguments with all secrets taken out. `redact` does it for the text of one. */
export function withoutSecretArguments(
  command: string,
  args: readonly string[],
  { secrecyOf, redact }: { secrecyOf: SecrecyOf; redact: (text: string) => string },
): string[] {
  const reader = new ArgumentReader(secrecyOf);
  reader.read(command);
  return args.map((arg) => {
    const redacted = reader.read(arg);
    if (redacted !== undefined) return redacted;
    const pair = /^(-{0,2}[\w.-]{1,128}=)./s.exec(arg);
    // The whole of it: an argument may have spaces.
    if (pair !== null && secrecyOf(pair[1]!) !== ORDINARY) return `${pair[1]}${REDACTED}`;
    return redact(arg);
  });
}

/** A text, such as that of an error, with the secrets of command lines in it taken out. */
export function withoutCommandSecrets(text: string, secrecyOf: SecrecyOf): string {
  if (!ANY_FLAG.test(text)) return text;
  const head = text.slice(0, MAX_COMMAND_CHARS);
  const hasProgram = ANY_PROGRAM.test(head);
  if (!hasProgram && !hasSecretFlag(head, secrecyOf)) return text;
  const reader = new ArgumentReader(secrecyOf);
  const redacted = head.replace(SHELL_WORD, (word) => {
    if (/^[^\S\n]/.test(word)) return word;
    if (/^[\n|;&]/.test(word)) {
      reader.endCommand();
      return word;
    }
    const quote = /^["'`(]/.exec(word)?.[0] ?? "";
    const bare = quote === "" ? word : word.slice(1).replace(/["'`)]$/, "");
    const result = reader.read(bare);
    return result === undefined
      ? word
      : `${quote}${result}${word.slice(quote.length + bare.length)}`;
  });
  return redacted + text.slice(MAX_COMMAND_CHARS);
}

function hasSecretFlag(text: string, secrecyOf: SecrecyOf): boolean {
  for (const [, name] of text.matchAll(/(?<![\w-])--?([A-Za-z_][\w.-]{1,63})(?=\s)/g)) {
    if (secrecyOf(name!) !== ORDINARY) return true;
  }
  return false;
}

/** Reads a command line word by word. */
class ArgumentReader {
  readonly #secrecyOf: SecrecyOf;
  #program: ProgramFlags | undefined;
  /** What the next word is. */
  #expects: "secret" | "credentials" | undefined;
  #isBehind = true;

  constructor(secrecyOf: SecrecyOf) {
    this.#secrecyOf = secrecyOf;
  }

  endCommand(): void {
    this.#program = undefined;
    this.#expects = undefined;
  }

  /** @returns What to keep of the word; undefined: nothing is known to be secret about it. */
  read(word: string): string | undefined {
    const expected = this.#expects;
    this.#expects = undefined;
    if (expected !== undefined && !word.startsWith("-")) return hidden(word, expected);
    if (!word.startsWith("-")) {
      this.#readName(word);
      return undefined;
    }
    if (word.includes("=")) return undefined;
    if (this.#program !== undefined && this.#isBehind) {
      const known = this.#readKnownFlag(word, this.#program);
      if (known !== undefined) return known;
    }
    if (this.#expects === undefined && /^--?[A-Za-z_][\w.-]+$/.test(word)) {
      if (this.#secrecyOf(word) !== ORDINARY) this.#expects = "secret";
    }
    return undefined;
  }

  #readName(word: string): void {
    const name = word.slice(Math.max(word.lastIndexOf("/"), word.lastIndexOf("\\")) + 1);
    const program = PROGRAMS.get(name.replace(/\.exe$/, ""));
    if (program !== undefined) {
      this.#program = program;
      this.#isBehind = program.behind === undefined;
    } else if (word === this.#program?.behind) {
      this.#isBehind = true;
    }
  }

  #readKnownFlag(word: string, program: ProgramFlags): string | undefined {
    for (const kind of ["secret", "credentials"] as const) {
      for (const flag of program[kind] ?? []) {
        if (word === flag) this.#expects = kind;
        else if (flag.length === 2 && word.startsWith(flag) && word[1] !== "-") {
          return `${flag}${hidden(word.slice(2), kind)}`;
        }
      }
    }
    return undefined;
  }
}

function hidden(word: string, kind: "secret" | "credentials"): string {
  const colon = word.indexOf(":");
  if (kind === "credentials") return colon < 0 ? word : `${word.slice(0, colon + 1)}${REDACTED}`;
  return REDACTED;
}
