// A server of the package ws, asked with the global WebSocket and with ws itself.
import { once } from "node:events";
import { createServer } from "node:http";
import WebSocketOfPackage, { WebSocketServer } from "ws";
import { freePort } from "../free_port.js";
import { profiler } from "./spans.js";

const server = createServer((_, response) => response.end());
const sockets = new WebSocketServer({ server });
sockets.on("connection", (socket, request) => {
  console.log("connected", request.url, socket.listenerCount("message"));
  socket.on("message", (data) => {
    profiler.span("served", () => {});
    socket.send(`echo ${data}`);
  });
});
server.listen(0);
await once(server, "listening");
const origin = `ws://localhost:${server.address().port}`;

function next(socket, type) {
  return new Promise((resolve) => socket.addEventListener(type, resolve, { once: true }));
}

await profiler.span("global", async () => {
  const socket = new WebSocket(`${origin}/chat/12?token=hush`);
  const onMessage = ({ data }) => {
    profiler.span("asked", () => {});
    console.log("onmessage", data);
  };
  socket.onmessage = onMessage;
  console.log(socket.onmessage === onMessage, socket.onclose);
  const listener = ({ data, type }) => console.log("listener", type, data);
  socket.addEventListener("message", listener);
  socket.addEventListener("message", listener);
  const object = {
    handleEvent({ data }) {
      console.log("object", this === object, data);
    },
  };
  socket.addEventListener("message", object, { once: true });
  await next(socket, "open");
  socket.send("one");
  await next(socket, "message");
  socket.removeEventListener("message", listener);
  socket.send(new Uint8Array([65, 66]));
  await next(socket, "message");
  console.log(socket instanceof WebSocket, socket.constructor === WebSocket);
  console.log(
    WebSocket.name,
    WebSocket.length,
    WebSocket.OPEN,
    socket.send.name,
  );
  socket.close(1000, "bye");
  const { code, reason, wasClean } = await next(socket, "close");
  console.log(code, reason, wasClean);
});

await profiler.span("package", async () => {
  const socket = new WebSocketOfPackage(`${origin}/ws/3`);
  socket.on("message", (data) => {
    profiler.span("asked", () => {});
    console.log(String(data));
    socket.close(1001);
  });
  await once(socket, "open");
  socket.send("two");
  await once(socket, "close");
});

await profiler.span("others", async () => {
  class Own extends WebSocket {}
  const own = new Own(`${origin}/own`);
  console.log(own instanceof Own, own.constructor === Own);
  await next(own, "open");
  own.close();
  await next(own, "close");
  const refused = new WebSocket(`ws://localhost:${await freePort()}/refused`);
  await next(refused, "close");
  for (
    const wrong of [() => new WebSocket("no url"), () => WebSocket(origin)]
  ) {
    try {
      wrong();
    } catch (error) {
      console.log(error.name);
    }
  }
});
sockets.close();
server.close();
server.closeAllConnections();
