// The WebSockets of Deno's and Bun's own servers.
import { profiler } from "./spans.js";

const { Deno, Bun } = globalThis;
const sleep = (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs));

async function answer(socket, data) {
  await profiler.span("work", () => sleep(15));
  socket.send(`echo ${data}`);
}

function serve() {
  if (Deno !== undefined) {
    const server = Deno.serve({ port: 0, onListen() {} }, (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onopen = () => socket.send("welcome");
      socket.onmessage = async ({ data }) => await answer(socket, data);
      socket.onclose = ({ code }) => onClosed(code);
      return response;
    });
    return { port: server.addr.port, stop: () => server.shutdown() };
  }
  const upgrade = (request, server) => {
    const data = { id: request.params?.id };
    return server.upgrade(request, { data }) ? undefined : new Response("", { status: 400 });
  };
  const server = Bun.serve({
    port: 0,
    routes: { "/chat/:id": upgrade },
    fetch: upgrade,
    websocket: {
      perMessageDeflate: false,
      open: (socket) => socket.send("welcome"),
      message: async (socket, data) => await answer(socket, data),
      close: (_socket, code) => onClosed(code),
    },
  });
  return { port: server.port, stop: () => server.stop(true) };
}

/** Called when the server knows that a connection is closed. */
let onClosed;
const { port, stop } = serve();
for (const path of ["/chat/12", "/other?token=hush"]) {
  const socket = new WebSocket(`ws://localhost:${port}${path}`);
  let count = 0;
  socket.onmessage = ({ data }) => {
    console.log(data);
    if (++count === 1) socket.send("one");
    else socket.close(4000);
  };
  const closed = new Promise((resolve) => onClosed = resolve);
  await new Promise((resolve) => socket.onclose = resolve);
  console.log("server closed", await closed);
}
await stop();
