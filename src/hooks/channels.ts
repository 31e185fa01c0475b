/**
 * Listening to diagnostics channels. Bun collects channels that nobody holds,
 * subscribers and all; and what a listener throws would end the program.
 *
 * @module
 */
import { builtin } from "../runtime/self.ts";

interface Channel {
  subscribe(listener: (message: unknown) => void): void;
}

const held: Channel[] = [];

/** Calls `listener` with whatever is published on the channel of this name. */
export function listen<T>(name: string, listener: (message: T) => void): void {
  const { channel } = builtin<{ channel(name: string): Channel }>("node:diagnostics_channel");
  const source = channel(name);
  held.push(source);
  source.subscribe((message) => {
    try {
      listener(message as T);
    } catch {
      // A message that is not as it was when the listener was written.
    }
  });
}
