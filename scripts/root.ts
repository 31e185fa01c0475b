/**
 * Where the project lies on this machine.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** The project's root folder, absolute. */
export const ROOT: string = fileURLToPath(new URL("..", import.meta.url));
