/**
 * Takes URLs apart by hand, because `new URL` costs more than the whole span,
 * and takes out of them what nobody wants to find in a recording: user names,
 * passwords, and the values of query parameters that look like secrets.
 *
 * @module
 */
import { Math, Number } from "../runtime/intrinsics.ts";

import { isSecretParameter, REDACTED } from "../model/secret_names.ts";
import { areSecretsKept } from "./kept_secrets.ts";

/** Longest path that is kept. */
export const MAX_PATH_CHARS = 1024;
const MAX_QUERY_CHARS = 2048;

/** What a URL could be in a text. */
const PART = /[^\s"'`<>]+/g;
/** Makes it one, or a part of one with a user name or a query. */
const MAYBE_URL = /:\/\/|[?@]/;

/** Where a server or a client was reached: `scheme://host:port`. */
export interface Authority {
  scheme: string;
  /** Host name or address, IPv6 without brackets. */
  address: string;
  port: number;
}

/** Index at which the path of an absolute URL begins, or -1 when it is not one. */
export function pathStart(url: string): number {
  const authority = url.indexOf("://");
  if (authority < 0) return -1;
  for (let i = authority + 3; i < url.length; i++) {
    const char = url.charCodeAt(i);
    // One of / ? # \
    if (char === 47 || char === 63 || char === 35 || char === 92) return i;
  }
  return url.length;
}

/** Index at which the path ends that begins at `start`: at the query or the end. */
export function pathEnd(url: string, start: number): number {
  const mark = url.indexOf("?", start);
  return mark < 0 ? url.length : mark;
}

/** The path that stands from `start` to `end`. */
export function pathOf(url: string, start: number, end: number): string {
  return end === start ? "/" : url.slice(start, Math.min(end, start + MAX_PATH_CHARS));
}

/** The query behind a path that ends at `end`, without its secrets; undefined when there is none. */
export function queryOf(url: string, end: number): string | undefined {
  if (end + 1 >= url.length) return undefined;
  return redactQuery(url.slice(end + 1, end + 1 + MAX_QUERY_CHARS));
}

/** A query string with the values of secret parameters taken out. */
export function redactQuery(query: string): string {
  if (areSecretsKept()) return query;
  return query.split("&").map((pair) => {
    const equals = pair.indexOf("=");
    if (equals < 0 || !isSecretParameter(pair.slice(0, equals))) return pair;
    return `${pair.slice(0, equals + 1)}${REDACTED}`;
  }).join("&");
}

/** Scheme, host and port of an absolute URL. */
export function authorityOf(url: string): Authority | undefined {
  const start = pathStart(url);
  if (start < 0) return undefined;
  const scheme = url.slice(0, url.indexOf("://")).toLowerCase();
  const host = url.slice(scheme.length + 3, start);
  return { scheme, ...hostAndPort(host.slice(host.lastIndexOf("@") + 1), scheme) };
}

/** Takes `host:port` apart; a missing port is the scheme's own. */
export function hostAndPort(host: string, scheme: string): { address: string; port: number } {
  const colon = host.lastIndexOf(":");
  const hasPort = colon > host.lastIndexOf("]");
  const name = hasPort ? host.slice(0, colon) : host;
  const port = hasPort ? Number(host.slice(colon + 1)) : NaN;
  return {
    address: name.startsWith("[") && name.endsWith("]") ? name.slice(1, -1) : name,
    port: Number.isInteger(port) && port > 0
      ? port
      : scheme === "https" || scheme === "wss"
      ? 443
      : 80,
  };
}

/** An absolute URL without user name, password, secrets in its query, and fragment. */
export function redactedUrl(url: string): string {
  if (areSecretsKept()) return url;
  const fragment = url.indexOf("#");
  if (fragment >= 0) return redactedUrl(url.slice(0, fragment));
  const start = Math.max(pathStart(url), 0);
  const end = pathEnd(url, start);
  const scheme = url.slice(0, Math.min(url.indexOf("://") + 3, start));
  const authority = url.slice(scheme.length, start);
  const at = authority.lastIndexOf("@");
  const host = at < 0 ? authority : `${REDACTED}:${REDACTED}@${authority.slice(at + 1)}`;
  const query = queryOf(url, end);
  return `${scheme}${host}${pathOf(url, start, end)}${query === undefined ? "" : `?${query}`}`;
}

/** A text, such as the message of an error, with the URLs in it redacted. */
export function redactedText(text: string): string {
  if (areSecretsKept()) return text;
  return text.replace(PART, (part) => {
    if (!MAYBE_URL.test(part)) return part;
    if (pathStart(part) >= 0) return redactedUrl(part);
    const at = part.lastIndexOf("@");
    return redactedUrl(at < 0 ? part : `${REDACTED}${part.slice(at)}`);
  });
}
