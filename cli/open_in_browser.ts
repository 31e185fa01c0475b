/**
 * Shows a file to the user in whatever the platform opens such files with.
 *
 * @module
 */
import { spawn } from "node:child_process";
import process from "node:process";

/** Programs that open something hand it over and end; a browser that they have become goes on. */
const HANDED_OVER_MS = 1_000;

/** @returns Why it could not be opened; undefined when it could, as far as one can know. */
export function openInBrowser(
  path: string,
  platform: string = process.platform,
): Promise<string | undefined> {
  const [command, ...args] = openCommand(path, platform);
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), HANDED_OVER_MS);
    const end = (problem: string | undefined) => {
      clearTimeout(timer);
      resolve(problem);
    };
    const child = spawn(command!, args, { stdio: "ignore", detached: true });
    child.on(
      "error",
      ({ code, message }: NodeJS.ErrnoException) =>
        end(code === "ENOENT" ? `there is no ${command}` : message),
    );
    child.on(
      "exit",
      (code) => end(code === 0 ? undefined : `${command} ended with code ${code ?? "none"}`),
    );
    // ferret does not wait for people to close their browser.
    child.on("spawn", () => child.unref());
  });
}

function openCommand(path: string, platform: string): string[] {
  if (platform === "darwin") return ["open", path];
  // `start` takes the first quoted argument for a title.
  if (platform === "win32") return ["cmd", "/c", "start", "", path];
  return ["xdg-open", path];
}
