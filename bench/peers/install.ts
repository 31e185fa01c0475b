/**
 * Puts what ferret is measured against, and with, into a folder outside of the
 * project: none of it is a dependency.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Installs the peers once for each state of their package.json. @returns Their folder. */
export function installPeers(): string {
  const manifest = new URL("./package.json", import.meta.url);
  const digest = createHash("sha256").update(readFileSync(manifest)).digest("hex");
  const folder = join(tmpdir(), `ferret-bench-peers-${digest.slice(0, 12)}`);
  if (existsSync(join(folder, "installed"))) return folder;
  mkdirSync(folder, { recursive: true });
  copyFileSync(manifest, join(folder, "package.json"));
  const { status, stderr } = spawnSync("npm", ["install", "--no-audit", "--no-fund"], {
    cwd: folder,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`Cannot install the peers: ${stderr}`);
  copyFileSync(manifest, join(folder, "installed"));
  return folder;
}
