/**
 * Takes in what a program exports by OTLP over http, answers 200, and counts
 * the spans.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Fields of the messages ExportTraceServiceRequest, ResourceSpans and ScopeSpans. */
const PATH_TO_SPANS = [1, 2, 2];

/** Wire types of Protocol Buffers. */
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

export class OtlpSink {
  /** Spans that have come in. */
  spanCount = 0;
  readonly #server = createServer(async (request, response) => {
    const pieces: Uint8Array[] = [];
    for await (const piece of request) pieces.push(piece as Uint8Array);
    if (request.url === "/v1/traces") this.spanCount += countSpans(Buffer.concat(pieces));
    response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
  });

  /** Begins to listen. @returns The URL for `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  async open(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  [Symbol.dispose](): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** Spans in an ExportTraceServiceRequest. */
export function countSpans(message: Uint8Array, depth = 0): number {
  let count = 0;
  for (const { field, bytes } of fieldsOf(message)) {
    if (field !== PATH_TO_SPANS[depth] || bytes === undefined) continue;
    count += depth === PATH_TO_SPANS.length - 1 ? 1 : countSpans(bytes, depth + 1);
  }
  return count;
}

function* fieldsOf(message: Uint8Array): Generator<{ field: number; bytes?: Uint8Array }> {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let factor = 1;; factor *= 128) {
      const byte = message[at++]!;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const field = tag >>> 3;
    switch (tag & 7) {
      case VARINT:
        varint();
        yield { field };
        break;
      case FIXED64:
        at += 8;
        yield { field };
        break;
      case FIXED32:
        at += 4;
        yield { field };
        break;
      case BYTES: {
        const length = varint();
        yield { field, bytes: message.subarray(at, at += length) };
        break;
      }
      default:
        throw new SyntaxError(`Cannot read the message: wire type ${tag & 7}`);
    }
  }
}
