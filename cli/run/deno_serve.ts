/**
 * `deno serve` runs no preload (2.9), so it is started as what it amounts to:
 * `deno run` with `DENO_AUTO_SERVE`, the permission to listen on its own
 * address, and the address itself, which the preload fills in.
 *
 * @module
 */
import { UsageError } from "../errors.ts";
import { type LaunchPlan, planDeno } from "./launch.ts";
import { scanFlags } from "./scan_flags.ts";

/** What `deno serve` listens on when nothing is said. */
const DEFAULT_HOST = "0.0.0.0";
const DEFAULT_PORT = "8000";

/** Plans `deno serve <words>`. @throws {UsageError} when the port is none. */
export function planDenoServe(executable: string, words: readonly string[]): LaunchPlan {
  const { own, others } = takeServeFlags(words);
  const { flags, scriptAt } = scanFlags("deno", others);
  const hostname = own.get("host") ?? DEFAULT_HOST;
  const port = Number(own.get("port") ?? DEFAULT_PORT);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError(`Cannot serve on port "${own.get("port")}": expected 0 to 65535`);
  }
  const listen = listenPermission(hostname, port, flags);
  const plan = planDeno({
    executable,
    subcommand: "run",
    script: others[scriptAt],
    flags,
    rest: [...listen, ...others],
  });
  const ignored = ["parallel", "open"].filter((name) => own.has(name));
  return {
    ...plan,
    serve: { hostname, port },
    environment: { DENO_AUTO_SERVE: "1" },
    notes: ignored.map((name) => `--${name} is left out: one thread of deno serve is recorded`),
  };
}

/**
 * The same permission that `deno serve` gives itself: none beside `-A` or an
 * unlimited `--allow-net`; for all interfaces the local names are included.
 */
function listenPermission(
  hostname: string,
  port: number,
  flags: readonly { name: string; value: string | undefined }[],
): string[] {
  const isOpen = flags.some(({ name, value }) =>
    name === "allow-all" || (name === "allow-net" && value === undefined)
  );
  if (isOpen) return [];
  return [`--allow-net=${hostname === DEFAULT_HOST ? "" : hostname}:${port}`];
}

/** Takes the flags out that `deno serve` has and `deno run` has not. */
function takeServeFlags(
  words: readonly string[],
): { own: Map<string, string>; others: string[] } {
  const own = new Map<string, string>();
  const { scriptAt } = scanFlags("deno", words, ["port", "host"]);
  const others: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const match = at < scriptAt ? /^--(port|host|open|parallel)(?:=(.*))?$/.exec(words[at]!) : null;
    if (match === null) {
      others.push(words[at]!);
      continue;
    }
    const [, name, value] = match;
    const takesNext = value === undefined && (name === "port" || name === "host");
    own.set(name!, takesNext ? words[++at] ?? "" : value ?? "");
  }
  return { own, others };
}
