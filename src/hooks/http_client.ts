/**
 * The spans of requests that the program makes, whichever client it uses. A
 * span lasts until the headers of the answer are there; reading the body is the
 * program's.
 *
 * Nothing here throws.
 *
 * @module
 */
import { KIND_CLIENT, SCOPE_HTTP_CLIENT } from "../model/span.ts";
import type { Recorder } from "../recorder/recorder.ts";
import type { Span } from "../recorder/span.ts";
import { HTTP_METHODS } from "./http_requests.ts";
import { authorityOf, redactedText, redactedUrl } from "./url_parts.ts";
import { String } from "../runtime/intrinsics.ts";

/** Starts the span of a request, as a child of the current one. */
export function startRequest(recorder: Recorder, method: string, url: string): Span {
  const upper = method.toUpperCase();
  const isKnown = HTTP_METHODS.has(upper);
  const span = recorder.startSpan(isKnown ? upper : "HTTP", {
    scope: SCOPE_HTTP_CLIENT,
    kind: KIND_CLIENT,
  });
  recorder.setAttribute(span, "http.request.method", isKnown ? upper : "_OTHER");
  recorder.setAttribute(span, "url.full", redactedUrl(url));
  const authority = authorityOf(url);
  if (authority !== undefined && authority.address !== "") {
    recorder.setAttribute(span, "server.address", authority.address);
    recorder.setAttribute(span, "server.port", authority.port);
  }
  return span;
}

/** The headers of the answer are there. */
export function endRequest(recorder: Recorder, span: Span, status: number): void {
  if (!span.isRecording) return;
  recorder.setAttribute(span, "http.response.status_code", status);
  if (status >= 400) {
    recorder.setAttribute(span, "error.type", String(status));
    recorder.setStatus(span, "error");
  }
  recorder.end(span);
}

/** There will be no answer. */
export function failRequest(recorder: Recorder, span: Span, error: unknown): void {
  recorder.fail(span, error, redactedText);
  recorder.end(span);
}

/** The program, or the other side, gave the request up without an error. */
export function abandonRequest(recorder: Recorder, span: Span): void {
  if (!span.isRecording) return;
  recorder.setAttribute(span, "error.type", "aborted");
  recorder.setStatus(span, "error");
  recorder.end(span);
}
