/**
 * Places at which ferret can be made to fail on purpose, so that tests reach
 * moments that chance seldom does. The variable FERRET_FAIL_POINT says which:
 *
 * ```
 * FERRET_FAIL_POINT='commit:3=kill,checkpoint:1=kill(5),drain:*=sleep(20)'
 * ```
 *
 * Only ferret's side has them: the layer table keeps this file out of what runs
 * in the program. docs/fail_points.md lists places and actions.
 *
 * @module
 */
import process from "node:process";

/** Names the places and what happens there. */
export const FAIL_POINT_VARIABLE = "FERRET_FAIL_POINT";

/** A moment in the life of a recording. */
export type FailPlace =
  | "start"
  | "drain"
  | "commit"
  | "committed"
  | "release"
  | "ring"
  | "finish"
  | "checkpoint"
  | "join"
  | "rename"
  | "joined"
  | "recover"
  | "recovered";

/** What is to happen, and when. */
interface FailPoint {
  place: string;
  /** From 1, counted in each thread; undefined: every time. */
  nth: number | undefined;
  action: string;
  /** What the action's parentheses hold. */
  ms: number | undefined;
}

const ACTIONS = ["kill", "sleep", "stop", "throw", "full"];

let points: FailPoint[] | undefined;
const visits = new Map<string, number>();

/**
 * Fails here if the environment says so. Sleeping blocks the thread.
 *
 * @throws what the actions `throw` and `full` are for.
 */
export function failPoint(place: FailPlace): void {
  const ms = visit(place);
  if (ms > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Like {@linkcode failPoint}, but sleeps as a slow disk does: the thread's timers go on. */
export async function failPointAsync(place: FailPlace): Promise<void> {
  const ms = visit(place);
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}

/** Reads the variable. @throws {SyntaxError} when it is not of the form above. */
export function parseFailPoints(text: string): FailPoint[] {
  return text.split(",").filter((part) => part.trim() !== "").map((part) => {
    const match = /^\s*(\w+):(\d+|\*)=(\w+)(?:\((\d+)\))?\s*$/.exec(part);
    if (match === null || !ACTIONS.includes(match[3]!)) {
      throw new SyntaxError(`Cannot read ${FAIL_POINT_VARIABLE}: "${part}"`);
    }
    const [, place, nth, action, ms] = match;
    return {
      place: place!,
      nth: nth === "*" ? undefined : Number(nth),
      action: action!,
      ms: ms === undefined ? undefined : Number(ms),
    };
  });
}

/** @returns For how long to sleep. */
function visit(place: FailPlace): number {
  points ??= parseFailPoints(process.env[FAIL_POINT_VARIABLE] ?? "");
  if (points.length === 0) return 0;
  const nth = (visits.get(place) ?? 0) + 1;
  visits.set(place, nth);
  let sleepMs = 0;
  for (const point of points) {
    if (point.place !== place || (point.nth ?? nth) !== nth) continue;
    if (point.action === "sleep") sleepMs += point.ms ?? 0;
    else fail(point);
  }
  return sleepMs;
}

function fail({ place, action, ms }: FailPoint): void {
  switch (action) {
    case "kill":
      if (ms === undefined) process.kill(process.pid, "SIGKILL");
      // Later, so that it hits inside what comes now.
      else setTimeout(() => process.kill(process.pid, "SIGKILL"), ms);
      break;
    case "stop":
      process.kill(process.pid, "SIGSTOP");
      break;
    case "throw":
      throw new Error(`Cannot go on: fail point "${place}"`);
    case "full":
      throw Object.assign(new Error(`ENOSPC: no space left on device (fail point "${place}")`), {
        code: "ENOSPC",
      });
  }
}
