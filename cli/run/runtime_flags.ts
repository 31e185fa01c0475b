/**
 * The flags of the runtimes that may stand before the script, and how many
 * arguments each takes. Taken from `deno run --help=full` 2.9 and
 * `bun run --help` 1.4, checked by running them.
 *
 * @module
 */
import type { RuntimeName } from "../../src/model/program_config.ts";

/**
 * How a flag takes a value: not at all, only attached (`--flag=value`),
 * attached or as the next argument, or as the next one unless that is a flag.
 */
type Arity = "none" | "attached" | "value" | "optional";

interface FlagTable {
  /** Long names without the dashes. */
  long: ReadonlyMap<string, Arity>;
  /** Letters and the long names they stand for. */
  short: ReadonlyMap<string, string>;
  /** Beginnings of long names that never take a value, such as `unstable-`. */
  prefixes: readonly string[];
}

const DENO: FlagTable = {
  long: flags({
    none: "allow-all no-prompt no-clear-screen no-code-cache no-config no-lock no-npm " +
      "no-remote cached-only use-env-proxy quiet cpu-prof cpu-prof-md cpu-prof-flamegraph " +
      "tunnel unstable",
    attached: "allow-read allow-write allow-net allow-env allow-sys allow-run allow-ffi " +
      "allow-import deny-read deny-write deny-net deny-env deny-sys deny-run deny-ffi " +
      "deny-import ignore-env ignore-read permission-set allow-scripts check no-check coverage " +
      "env-file env frozen frozen-lockfile hmr watch watch-hmr watch-exclude inspect " +
      "inspect-brk inspect-wait node-modules-dir vendor reload trace-ops " +
      "unsafely-ignore-certificate-errors v8-flags",
    value: "cert conditions config cpu-prof-dir cpu-prof-interval cpu-prof-name ext import " +
      "import-map inspect-publish-uid location log-level min-dep-age node-modules-linker " +
      "preload require seed",
    optional: "lock",
  }),
  short: new Map(Object.entries({
    A: "allow-all",
    P: "permission-set",
    R: "allow-read",
    W: "allow-write",
    I: "allow-import",
    N: "allow-net",
    E: "allow-env",
    S: "allow-sys",
    c: "config",
    r: "reload",
    q: "quiet",
    L: "log-level",
  })),
  prefixes: ["unstable-"],
};

const BUN: FlagTable = {
  long: flags({
    none: "bun check cpu-prof cpu-prof-md expose-gc experimental-http2-fetch " +
      "experimental-http3-fetch experimental-stream-iter heap-prof heap-prof-md hot " +
      "ignore-dce-annotations install-fallback insecure-http-parser interactive jsx-side-effects no-addons " +
      "no-clear-screen no-deprecation no-env-file no-ffi-cc no-install no-macros no-orphans " +
      "no-warnings pending-deprecation prefer-latest prefer-offline preserve-symlinks " +
      "preserve-symlinks-main redis-preconnect silent smol sql-preconnect throw-deprecation " +
      "tls-max-v1.2 tls-max-v1.3 tls-min-v1.0 tls-min-v1.1 tls-min-v1.2 tls-min-v1.3 " +
      "trace-deprecation trace-warnings use-bundled-ca use-openssl-ca use-system-ca watch " +
      "zero-fill-buffers",
    attached: "config inspect inspect-brk inspect-wait",
    value: "conditions console-depth cpu-prof-dir cpu-prof-interval cpu-prof-name cron-period " +
      "cron-title cwd define disable-warning dns-result-order drop env-file extension-order " +
      "feature fetch-preconnect heap-prof-dir heap-prof-interval heap-prof-name import install " +
      "jsx-factory jsx-fragment jsx-import-source jsx-runtime loader main-fields " +
      "max-http-header-size port preload redirect-warnings require shell title " +
      "tsconfig-override unhandled-rejections user-agent watch-kill-signal",
    optional: "",
  }),
  short: new Map(Object.entries({
    b: "bun",
    i: "install-fallback",
    r: "preload",
    d: "define",
    l: "loader",
    c: "config",
  })),
  prefixes: [],
};

const NODE: FlagTable = { long: new Map(), short: new Map(), prefixes: [] };

const TABLES: Readonly<Record<RuntimeName, FlagTable>> = { deno: DENO, bun: BUN, node: NODE };

/** One flag of a runtime as it was given. */
export interface RuntimeFlag {
  /** Long name without the dashes. */
  name: string;
  value: string | undefined;
}

/** A flag argument, with the next one where it is the value. */
export interface TakenFlag {
  /** More than one for letters that stand together, such as `-RW`. */
  flags: RuntimeFlag[];
  /** Arguments it takes up: 1 or 2. */
  length: number;
}

/** Reads the flag at `index`, or returns undefined when the runtime has no such flag. */
export function takeRuntimeFlag(
  runtime: RuntimeName,
  argv: readonly string[],
  index: number,
): TakenFlag | undefined {
  const argument = argv[index]!;
  const next = argv[index + 1];
  return argument.startsWith("--")
    ? takeLong(TABLES[runtime], argument.slice(2), next)
    : takeShort(TABLES[runtime], argument.slice(1), next);
}

/** All long flags of a runtime with their dashes, to suggest from. */
export function runtimeFlagNames(runtime: RuntimeName): string[] {
  return [...TABLES[runtime].long.keys()].map((name) => `--${name}`);
}

function takeLong(table: FlagTable, text: string, next?: string): TakenFlag | undefined {
  const equals = text.indexOf("=");
  const name = equals < 0 ? text : text.slice(0, equals);
  const arity = arityOf(table, name);
  if (arity === undefined || (arity === "none" && equals >= 0)) return undefined;
  if (equals >= 0) return { flags: [{ name, value: text.slice(equals + 1) }], length: 1 };
  const takesNext = next !== undefined &&
    (arity === "value" || (arity === "optional" && !next.startsWith("-")));
  return { flags: [{ name, value: takesNext ? next : undefined }], length: takesNext ? 2 : 1 };
}

function takeShort(table: FlagTable, letters: string, next?: string): TakenFlag | undefined {
  const taken: RuntimeFlag[] = [];
  for (let at = 0; at < letters.length; at++) {
    const name = table.short.get(letters[at]!);
    if (name === undefined) return undefined;
    const arity = arityOf(table, name) ?? "none";
    const rest = letters.slice(at + 1);
    const hasValue = rest.startsWith("=") ? arity !== "none" : rest !== "" && arity === "value";
    if (hasValue) {
      taken.push({ name, value: rest.replace(/^=/, "") });
      return { flags: taken, length: 1 };
    }
    if (rest === "" && arity === "value" && next !== undefined) {
      taken.push({ name, value: next });
      return { flags: taken, length: 2 };
    }
    taken.push({ name, value: undefined });
  }
  return taken.length === 0 ? undefined : { flags: taken, length: 1 };
}

function arityOf(table: FlagTable, name: string): Arity | undefined {
  const isPrefixed = table.prefixes.some((prefix) => name.startsWith(prefix));
  return table.long.get(name) ?? (isPrefixed ? "none" : undefined);
}

function flags(names: Record<Arity, string>): Map<string, Arity> {
  const table = new Map<string, Arity>();
  for (const [arity, text] of Object.entries(names) as [Arity, string][]) {
    for (const name of text.split(" ")) if (name !== "") table.set(name, arity);
  }
  return table;
}
