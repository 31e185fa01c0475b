/**
 * Secrets that can be told by their looks, wherever they stand: tokens with a
 * known beginning, JSON Web Tokens, `Bearer …` and `Basic …`, private keys.
 *
 * Every expression takes time linear in the text: it begins with fixed
 * characters at the edge of a word, and what follows is one class repeated.
 *
 * @module
 */
import { REDACTED } from "../model/secret_names.ts";

/** Known beginnings. The lengths leave out what only looks alike, such as `sk-button`. */
const TOKENS = new RegExp(
  `(?<![A-Za-z0-9_])(?:${
    [
      "gh[pousr]_[A-Za-z0-9]{20,}",
      "github_pat_[A-Za-z0-9_]{20,}",
      "gl(?:pat|ptt|rt|dt|cbt|soat)-[A-Za-z0-9_-]{16,}",
      "xox[a-z]-[A-Za-z0-9-]{10,}",
      "xapp-[A-Za-z0-9-]{10,}",
      "[sr]k_(?:live|test)_[A-Za-z0-9]{10,}",
      "sk-(?=[A-Za-z-]{0,40}[A-Z0-9])[A-Za-z0-9_-]{20,}",
      "whsec_[A-Za-z0-9+/=]{16,}",
      "npm_[A-Za-z0-9]{20,}",
      "pypi-[A-Za-z0-9_-]{16,}",
      "hf_[A-Za-z0-9]{20,}",
      "do[por]_v1_[a-f0-9]{32,}",
      "shp(?:at|ca|pa|ss)_[A-Za-z0-9]{16,}",
      "SG\\.[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]{16,}",
      "(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])",
      "AIza[A-Za-z0-9_-]{30,}",
      "ya29\\.[A-Za-z0-9_-]{16,}",
    ].join("|")
  })`,
  "g",
);

/** Three parts in base64url, the first of which begins with `{"`. The edge keeps it linear. */
const WEB_TOKEN = /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)?/g;

const SLACK_HOOK = /(hooks\.slack\.com\/(?:services|workflows)\/)[A-Za-z0-9_/-]+/g;

/** A scheme of the header Authorization and what may be its credentials. */
const SCHEME = /(?<![A-Za-z])(bearer|basic)( {1,4})([A-Za-z0-9+/_~.-]{6,}={0,2})/gi;

const KEY_BEGIN = "-----BEGIN ";
const KEY_END = "-----END ";
/** What a header of a private key has at most, up to its last minus signs. */
const MAX_HEADER_CHARS = 64;

/** The text with everything that looks like a secret taken out. */
export function withoutTokens(text: string): string {
  return withoutPrivateKeys(text)
    .replace(TOKENS, REDACTED)
    .replace(WEB_TOKEN, REDACTED)
    .replace(SLACK_HOOK, `$1${REDACTED}`)
    .replace(SCHEME, redactedScheme);
}

function redactedScheme(whole: string, scheme: string, space: string, credentials: string): string {
  const isSecret = scheme.toLowerCase() === "basic"
    ? isUserAndPassword(credentials)
    : isOpaque(credentials);
  return isSecret ? `${scheme}${space}${REDACTED}` : whole;
}

/** Not a word of a sentence, such as that a bearer brings something. */
function isOpaque(text: string): boolean {
  return text !== REDACTED && (/[0-9_~+/=]|.[A-Z]|\../.test(text) || text.length >= 24);
}

/** Base64 of `user:password`. */
function isUserAndPassword(text: string): boolean {
  try {
    const decoded = atob(text.slice(0, 4096));
    // deno-lint-ignore no-control-regex -- what people type has none of these
    return decoded.includes(":") && !/[\x00-\x1f]/.test(decoded);
  } catch {
    return false;
  }
}

/** A key whose end is missing was cut off: everything up to the end of the text is it. */
function withoutPrivateKeys(text: string): string {
  let from = text.indexOf(KEY_BEGIN);
  if (from < 0) return text;
  let result = "";
  let done = 0;
  while (from >= 0) {
    const header = text.slice(from, from + KEY_BEGIN.length + MAX_HEADER_CHARS);
    const isPrivate = /^-----BEGIN [A-Z0-9 ]*PRIVATE KEY/.test(header);
    if (isPrivate) {
      const end = text.indexOf(KEY_END, from);
      const close = end < 0 ? -1 : text.indexOf("-----", end + KEY_END.length);
      result += text.slice(done, from) + REDACTED;
      done = close < 0 ? text.length : close + 5;
    }
    from = text.indexOf(KEY_BEGIN, Math.max(done, from + KEY_BEGIN.length));
  }
  return result + text.slice(done);
}
