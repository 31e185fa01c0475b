/**
 * Serves the report's page and its answers to the user's own browser, and to
 * nobody else: on the loopback interface, to requests that know the token and
 * name the host that the user was told. Another page in the same browser knows
 * neither, and a name that was made to point here is not that host.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What is served. */
export interface ServedPage {
  /** The page, and what the browser is to refuse it. */
  html: string;
  contentSecurityPolicy: string;
  /** Answers a request in JSON; undefined when there is no such thing. @throws {SyntaxError} */
  answer(request: unknown): Promise<unknown>;
}

/** A server that is listening. */
export interface PageServer {
  /** With the token in it. */
  url: string;
  /** Ends what is open and stops listening. */
  close(): Promise<void>;
}

const LOOPBACK = "127.0.0.1";

/** The longest request of the page has a few names in it. */
const MAX_BODY_BYTES = 64 * 1024;

/** Listens on a port of the system's choice unless one is given. @throws when it is taken. */
export async function servePage(page: ServedPage, port = 0): Promise<PageServer> {
  const token = randomBytes(24).toString("base64url");
  let hosts: string[] = [];
  const server = createServer((request, response) => {
    void respond(request, response, { page, token, hosts }).catch(() => {
      // The browser is gone.
      response.destroy();
    });
  });
  await listen(server, port);
  const address = `${LOOPBACK}:${(server.address() as AddressInfo).port}`;
  hosts = [address, address.replace(LOOPBACK, "localhost")];
  return {
    url: `http://${address}/?token=${token}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, LOOPBACK, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  { page, token, hosts }: { page: ServedPage; token: string; hosts: readonly string[] },
): Promise<void> {
  const send = (status: number, type: string, body: string) => {
    response.writeHead(status, {
      "content-type": `${type}; charset=utf-8`,
      "content-security-policy": page.contentSecurityPolicy,
      "cache-control": "no-store",
      "cross-origin-resource-policy": "same-origin",
      "cross-origin-opener-policy": "same-origin",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
    });
    response.end(body);
  };
  if (!hosts.includes(request.headers.host ?? "")) return send(421, "text/plain", "Another host\n");
  const { pathname, searchParams } = new URL(request.url ?? "/", `http://${hosts[0]}`);
  if (pathname === "/" && request.method === "GET") {
    if (!isToken(searchParams.get("token"), token)) {
      return send(403, "text/plain", "The address lacks the token that ferret printed\n");
    }
    return send(200, "text/html", page.html);
  }
  if (pathname !== "/api") return send(404, "text/plain", "There is no such page\n");
  if (request.method !== "POST") return send(405, "text/plain", "Only POST\n");
  const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "")?.[1];
  if (!isToken(bearer, token)) return send(403, "text/plain", "The token is wrong\n");
  const body = await readBody(request);
  if (body === undefined) return send(413, "text/plain", "The request is too large\n");
  try {
    const answer = await page.answer(JSON.parse(body));
    if (answer === undefined) return send(404, "text/plain", "There is no such thing\n");
    send(200, "application/json", JSON.stringify(answer));
  } catch (error) {
    const status = error instanceof SyntaxError ? 400 : 500;
    send(status, "text/plain", `${error instanceof Error ? error.message : String(error)}\n`);
  }
}

function isToken(text: string | null | undefined, token: string): boolean {
  const given = Buffer.from(text ?? "");
  const expected = Buffer.from(token);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Uint8Array>) {
    bytes += piece.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}
