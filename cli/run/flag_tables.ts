/**
 * The flags of the runtimes that may stand before the script, and how many
 * arguments each takes. Taken from `deno run --help=full` 2.9, `bun run --help`
 * 1.4 and the option parser of Node 24, checked by running them.
 *
 * @module
 */
import type { RuntimeName } from "../../src/model/program_config.ts";

/**
 * How a flag takes a value: not at all, only attached (`--flag=value`),
 * attached or as the next argument, or as the next one unless that is a flag.
 */
export type Arity = "none" | "attached" | "value" | "optional";

/** The flags of one runtime. */
export interface FlagTable {
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

/** Each can be negated: `--no-warnings`. */
const NODE_SWITCHES = "addons allow-addons allow-child-process allow-inspector allow-wasi " +
  "allow-worker async-context-frame cpu-prof deprecation disable-sigusr1 " +
  "disable-wasm-trap-handler enable-fips enable-source-maps entry-url " +
  "experimental-addon-modules experimental-detect-module experimental-eventsource " +
  "experimental-global-navigator experimental-import-meta-resolve " +
  "experimental-network-inspection experimental-print-required-tla experimental-require-module " +
  "experimental-shadow-realm experimental-sqlite experimental-storage-inspection " +
  "experimental-strip-types experimental-test-coverage experimental-test-module-mocks " +
  "experimental-transform-types experimental-vm-modules experimental-wasm-modules " +
  "experimental-websocket experimental-webstorage extra-info-on-fatal-exception " +
  "force-context-aware force-fips force-node-api-uncaught-exceptions-policy frozen-intrinsics " +
  "global-search-paths heap-prof insecure-http-parser network-family-autoselection " +
  "node-snapshot openssl-legacy-provider openssl-shared-config pending-deprecation permission " +
  "permission-audit preserve-symlinks preserve-symlinks-main report-compact " +
  "report-exclude-env report-exclude-network report-on-fatalerror report-on-signal " +
  "report-uncaught-exception require-module strip-types test test-force-exit test-only " +
  "test-randomize test-update-snapshots throw-deprecation tls-max-v1.2 tls-max-v1.3 " +
  "tls-min-v1.0 tls-min-v1.1 tls-min-v1.2 tls-min-v1.3 trace-deprecation trace-env " +
  "trace-exit trace-promises trace-sigint trace-sync-io trace-tls trace-uncaught " +
  "trace-warnings track-heap-objects use-bundled-ca use-env-proxy use-openssl-ca " +
  "use-system-ca verify-base-objects warnings watch watch-preserve-output zero-fill-buffers " +
  "abort-on-uncaught-exception disallow-code-generation-from-strings expose-gc " +
  "interpreted-frames-native-stack jitless perf-basic-prof " +
  "perf-basic-prof-only-functions perf-prof prof";

const NODE: FlagTable = {
  long: flags({
    none: `${NODE_SWITCHES} ${NODE_SWITCHES.replaceAll(/\S+/g, "no-$&")} ` +
      "check expose-internals help interactive v8-options version",
    attached: "inspect inspect-brk inspect-wait heapsnapshot-near-heap-limit max-heap-size " +
      "max-old-space-size max_old_space_size max-semi-space-size max_semi_space_size " +
      "secure-heap secure-heap-min stack-size stack-trace-limit",
    value: "allow-fs-read allow-fs-write conditions cpu-prof-dir cpu-prof-interval " +
      "cpu-prof-name diagnostic-dir disable-proto disable-warning dns-result-order env-file " +
      "env-file-if-exists eval experimental-config-file experimental-loader heap-prof-dir " +
      "heap-prof-interval heap-prof-name heapsnapshot-signal icu-data-dir import input-type " +
      "inspect-port inspect-publish-uid loader localstorage-file max-http-header-size " +
      "max-old-space-size-percentage network-family-autoselection-attempt-timeout " +
      "openssl-config redirect-warnings report-dir report-directory report-filename " +
      "report-signal require run security-revert test-concurrency test-coverage-branches " +
      "test-coverage-exclude test-coverage-functions test-coverage-include " +
      "test-coverage-lines test-global-setup test-isolation test-name-pattern " +
      "test-random-seed test-reporter test-reporter-destination test-rerun-failures test-shard " +
      "test-skip-pattern test-timeout title tls-cipher-list tls-keylog trace-event-categories " +
      "trace-event-file-pattern trace-require-module unhandled-rejections use-largepages " +
      "v8-pool-size watch-kill-signal watch-path",
    optional: "print",
  }),
  short: new Map(Object.entries({
    C: "conditions",
    c: "check",
    e: "eval",
    h: "help",
    i: "interactive",
    p: "print",
    r: "require",
    v: "version",
  })),
  prefixes: ["harmony-", "no-harmony-"],
};

/** All runtimes' flags. */
export const FLAG_TABLES: Readonly<Record<RuntimeName, FlagTable>> = {
  deno: DENO,
  bun: BUN,
  node: NODE,
};

function flags(names: Record<Arity, string>): Map<string, Arity> {
  const table = new Map<string, Arity>();
  for (const [arity, text] of Object.entries(names) as [Arity, string][]) {
    for (const name of text.split(" ")) if (name !== "") table.set(name, arity);
  }
  return table;
}
