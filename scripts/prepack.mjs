/**
 * Builds before `npm pack`, in a checkout where nothing is installed as well.
 * Plain JavaScript: the Node that runs npm may be too old for TypeScript.
 *
 * @module
 */
import { execSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

function run(command) {
  // npm pack prints the name of the tarball on stdout, and only that.
  execSync(command, { cwd: root, stdio: ["ignore", 2, 2] });
}

if (!existsSync(`${root}node_modules/.bin/tsc`)) run("npm ci");
run("npm run build");
