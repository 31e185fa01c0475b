/**
 * An npm registry on this machine that has one package, ours, and sends for all
 * others to the real one: the way in which users get ferret.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A registry that listens. */
export interface LocalRegistry {
  /** With a slash at the end. */
  url: string;
  close: () => void;
}

/** Serves the tarball as the only version of the package that `manifest` describes. */
export async function startRegistry(
  tarball: string,
  manifest: { name: string; version: string },
  upstream: string,
): Promise<LocalRegistry> {
  const bytes = readFileSync(tarball);
  const { name, version } = manifest;
  const tarballPath = `/${name}/-/${name}-${version}.tgz`;
  const server = createServer((request, response) => {
    if (request.url === `/${name}`) {
      const dist = { ...digests(bytes), tarball: `http://${request.headers.host}${tarballPath}` };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({
        name,
        "dist-tags": { latest: version },
        versions: { [version]: { ...manifest, dist } },
      }));
    } else if (request.url === tarballPath) {
      response.end(bytes);
    } else {
      response.writeHead(302, { location: new URL(request.url!.slice(1), upstream).href }).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => void server.close() };
}

function digests(bytes: Uint8Array): { integrity: string; shasum: string } {
  return {
    integrity: `sha512-${createHash("sha512").update(bytes).digest("base64")}`,
    shasum: createHash("sha1").update(bytes).digest("hex"),
  };
}
