/**
 * Gives the default export of the main module the address that `deno serve`
 * would have served it on. ferret starts `deno serve` as `deno run` with
 * `DENO_AUTO_SERVE`, which serves on a free port.
 *
 * @module
 */
import { Object, Reflect } from "../runtime/intrinsics.ts";

interface ServeOptions {
  hostname?: string | null;
  port?: number;
}

interface DenoServe {
  serve: (...args: unknown[]) => unknown;
}

/** Sets the address of Deno's own call of `Deno.serve`; the program's calls are left alone. */
export function setAutoServeAddress(address: { hostname: string; port: number }): void {
  const { Deno } = globalThis as unknown as { Deno: DenoServe };
  const serve = Deno.serve;
  Deno.serve = function (this: unknown, ...args: unknown[]): unknown {
    const [options] = args;
    if (isRuntimesOwn(options)) Object.assign(options, address);
    return Reflect.apply(serve, this, args);
  };
  Object.defineProperty(Deno.serve, "name", { value: serve.name });
}

/** Only Deno itself can name this symbol. */
function isRuntimesOwn(options: unknown): options is ServeOptions {
  return typeof options === "object" && options !== null &&
    Object.getOwnPropertySymbols(options).some(({ description }) =>
      description === "kLoadBalanced"
    );
}
