import assert from "node:assert/strict";
import { test } from "node:test";
import {
  authorityOf,
  hostAndPort,
  pathEnd,
  pathOf,
  pathStart,
  queryOf,
  redactedText,
  redactedUrl,
  redactQuery,
} from "../../src/hooks/url_parts.ts";

function pathAndQuery(url: string): [string, string | undefined] {
  const start = pathStart(url);
  const end = pathEnd(url, start);
  return [pathOf(url, start, end), queryOf(url, end)];
}

test("pathOf() and queryOf() take an absolute URL apart", () => {
  assert.deepEqual(pathAndQuery("http://localhost:8000/users/12?a=1&b"), ["/users/12", "a=1&b"]);
  assert.deepEqual(pathAndQuery("http://localhost/"), ["/", undefined]);
  assert.deepEqual(pathAndQuery("http://localhost"), ["/", undefined]);
  assert.deepEqual(pathAndQuery("http://localhost?x=1"), ["/", "x=1"]);
  assert.deepEqual(pathAndQuery("http://localhost/a?"), ["/a", undefined]);
});

test("pathOf() keeps 1024 characters of a path", () => {
  const url = `http://h/${"a".repeat(2000)}`;
  assert.equal(pathAndQuery(url)[0].length, 1024);
  assert.equal(pathAndQuery(`http://h/${"a".repeat(1023)}`)[0].length, 1024);
});

test("authorityOf() knows hosts, ports, IPv6 and default ports", () => {
  const authority = (scheme: string, address: string, port: number) => ({ scheme, address, port });
  assert.deepEqual(authorityOf("http://localhost:8000/a"), authority("http", "localhost", 8000));
  assert.deepEqual(authorityOf("https://example.com"), authority("https", "example.com", 443));
  assert.deepEqual(authorityOf("HTTP://h/"), authority("http", "h", 80));
  assert.deepEqual(authorityOf("http://[::1]:81/"), authority("http", "::1", 81));
  assert.deepEqual(authorityOf("http://u:p@h:1/"), authority("http", "h", 1));
  assert.equal(authorityOf("/only/a/path"), undefined);
  assert.deepEqual(hostAndPort("[::1]", "http"), { address: "::1", port: 80 });
});

test("redactQuery() takes out the values of secrets and nothing else", () => {
  for (
    const name of [
      "token",
      "access_token",
      "api_key",
      "apikey",
      "key",
      "password",
      "passwd",
      "client_secret",
      "Signature",
      "sig",
      "auth",
      "code",
      "session",
      "sessionId",
      "X-Amz-Credential",
      "%74oken",
      "%E0%A4%A",
    ]
  ) {
    assert.equal(redactQuery(`a=1&${name}=hush`), `a=1&${name}=REDACTED`, name);
  }
  for (const query of ["a=1&b=2", "zipcode=8000", "q=token", "page", "", "=x", "id=7&id=8"]) {
    assert.equal(redactQuery(query), query);
  }
});

test("redactedUrl() takes out credentials, secrets and the fragment", () => {
  assert.equal(
    redactedUrl("https://me:pw@example.com:8443/a/b?token=t&x=1#part"),
    "https://REDACTED:REDACTED@example.com:8443/a/b?token=REDACTED&x=1",
  );
  assert.equal(redactedUrl("http://me@h"), "http://REDACTED:REDACTED@h/");
  assert.equal(redactedUrl("/relative?key=1"), "/relative?key=REDACTED");
  assert.equal(redactedUrl("http://h/a@b"), "http://h/a@b");
});

test("redactedText() redacts the URLs in the message of an error", () => {
  // What stands right behind a URL could be a part of it.
  const messages = {
    "error sending request for url (http://me:pw@h/a?token=t): refused":
      "error sending request for url (http://REDACTED:REDACTED@h/a?token=REDACTED refused",
    "Failed to parse URL from http://me:pw@h:99999/":
      "Failed to parse URL from http://REDACTED:REDACTED@h:99999/",
    "Invalid URL: '/a?key=1&b=2'": "Invalid URL: '/a?key=REDACTED&b=2'",
    "Invalid URL: me:pw@h/a": "Invalid URL: REDACTED@h/a",
    "connect ECONNREFUSED 127.0.0.1:1": "connect ECONNREFUSED 127.0.0.1:1",
    "": "",
  };
  for (const [message, redacted] of Object.entries(messages)) {
    assert.equal(redactedText(message), redacted);
  }
});
