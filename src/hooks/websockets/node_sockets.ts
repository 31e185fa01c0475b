/**
 * The global `WebSocket` of Node, which is undici's: it publishes a connection
 * when it is open, and dispatches events by a method that can be replaced then.
 * Wrapping the class, as elsewhere, would load all of undici into every program.
 *
 * An attempt to connect that fails is a request that fails, for the hook of undici.
 *
 * @module
 */
import type { Recorder } from "../../recorder/recorder.ts";
import { listen } from "../channels.ts";
import type { Hook } from "../hook.ts";
import { createMark } from "../mark.ts";
import { imitate } from "../options.ts";
import { replaceFunction } from "../replace_function.ts";
import { type Connection, Connections } from "./connections.ts";
import { Object, Reflect } from "../../runtime/intrinsics.ts";

export const nodeSockets: Hook = {
  name: "websocket",
  runtimes: ["node"],
  install({ recorder }) {
    const connections = new Connections(recorder);
    const connectionOf = createMark<Connection>();
    let isObserving = false;
    listen<{ websocket: WebSocket }>("undici:websocket:open", ({ websocket }) => {
      if (!isObserving) {
        isObserving = true;
        observe(recorder, { websocket, connections, connectionOf });
      }
      connectionOf.set(websocket, connections.connect(websocket.url));
    });
    listen<{ websocket: WebSocket; code: number }>(
      "undici:websocket:close",
      ({ websocket, code }) => {
        const connection = connectionOf.get(websocket);
        if (connection !== undefined) connections.close(connection, code);
      },
    );
  },
};

function observe(
  recorder: Recorder,
  { websocket, connections, connectionOf }: {
    websocket: WebSocket;
    connections: Connections;
    connectionOf: { get(object: object): Connection | undefined };
  },
): void {
  const prototype = Object.getPrototypeOf(websocket) as object;
  const { dispatchEvent } = websocket;
  Object.defineProperty(prototype, "dispatchEvent", {
    value: imitate(function (this: object, ...args: unknown[]): unknown {
      const connection = connectionOf.get(this);
      const event = args[0] as MessageEvent | undefined;
      if (connection === undefined || event?.type !== "message") {
        return Reflect.apply(dispatchEvent, this, args);
      }
      connections.receive(connection, event.data);
      const span = connections.startMessage(connection, event.data);
      try {
        return recorder.runWith(
          span,
          dispatchEvent as (...args: unknown[]) => boolean,
          this,
          event,
        );
      } finally {
        recorder.end(span);
      }
    }, dispatchEvent),
    writable: true,
    enumerable: false,
    configurable: true,
  });
  replaceFunction(prototype, "send", (send) => {
    return imitate(function (this: object, ...args: unknown[]): unknown {
      const result = Reflect.apply(send, this, args) as unknown;
      const connection = connectionOf.get(this);
      if (connection !== undefined) connections.send(connection, args[0]);
      return result;
    }, send);
  });
}
