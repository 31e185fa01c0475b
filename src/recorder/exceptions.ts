/**
 * What is kept of an error. Only own data properties are read, and never the
 * stack: reading it runs the program's `Error.prepareStackTrace`, and getters
 * of the program's must not run because it is profiled.
 *
 * @module
 */
import { Object, sliceText, String } from "../runtime/intrinsics.ts";

const MAX_MESSAGE_CHARS = 4096;

/** Attributes after OpenTelemetry's conventions for exceptions. */
export function exceptionAttributes(error: unknown): Record<string, string> {
  try {
    if (typeof error !== "object" || error === null) {
      return { "exception.type": typeof error, "exception.message": clip(String(error)) };
    }
    const attributes: Record<string, string> = { "exception.type": typeName(error) };
    const message = dataProperty(error, "message");
    if (typeof message === "string") attributes["exception.message"] = clip(message);
    return attributes;
  } catch {
    // A revoked proxy, for instance.
    return { "exception.type": "unknown" };
  }
}

/** The name of the error's class, or what the error calls itself. */
function typeName(error: object): string {
  for (let from: object | null = error; from !== null; from = Object.getPrototypeOf(from)) {
    const name = dataProperty(from, "name");
    if (typeof name === "string" && name !== "Error") return clip(name);
    const constructor = dataProperty(from, "constructor");
    if (typeof constructor === "function") {
      const className = dataProperty(constructor, "name");
      if (typeof className === "string" && className !== "") return clip(className);
    }
  }
  return "Error";
}

function dataProperty(target: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(target, key)?.value;
}

function clip(text: string): string {
  return text.length > MAX_MESSAGE_CHARS ? sliceText(text, 0, MAX_MESSAGE_CHARS) : text;
}
