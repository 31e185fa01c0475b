/**
 * Which names say that a secret follows: of attributes, members of JSON, query
 * parameters, headers, flags and variables. Names are taken word by word
 * (`apiKey`, `api-key` and `x.api_key` are the same), so that `tokens_used`,
 * `author`, `keyboard` and `monkey` are none.
 *
 * @module
 */

/** Stands in for what was taken out, as OpenTelemetry's conventions have it. */
export const REDACTED = "REDACTED";

/** Nothing about the name is secret. */
export const ORDINARY = 0;
/** Texts under the name are secret, numbers and objects are not: `auth`, `session`. */
export const SECRET_TEXT = 1;
/** Whatever is under the name is secret. */
export const SECRET = 2;

/** How secret what a name stands for is. */
export type Secrecy = typeof ORDINARY | typeof SECRET_TEXT | typeof SECRET;

/** Longer names are judged by their ends. */
const MAX_NAME_CHARS = 256;

/** Words that are secrets wherever they stand. */
const SECRET_WORDS = words(
  "password passwords passwd pwd passphrase passcode secret secrets token cookie cookies " +
    "credential credentials authorization jwt csrf xsrf cvv cvc ssn iban otp totp sid sessid bearer " +
    "mnemonic pem",
);
/** The same for words that are written together, at their ends. */
const SECRET_ENDING =
  /(?:passphrase|secret|token|cookie|jwt|sessid|sessionid|sessionkey|creditcard|cardnumber|(?:api|access|private|secret|auth|account|encryption|signing|master|license)key|(?:db|user|store|key|root|admin|sql)pass|(?:db|sql|user|root|admin)pwd)$/;
const PASSWORD = /passwo?r?d(?!less)/;
/** Secrets as the last word, and only if a text is behind it. */
const SECRET_LAST = words("auth pass pin session");
/** What a key is to be secret: `api_key`, but not `cache_key`. */
const BEFORE_KEY = words(
  "api access private secret encryption encrypt signing sign master account shared storage " +
    "subscription auth ssh pgp gpg license client service crypto aes rsa hmac app application " +
    "webhook deploy root session jwt token",
);
const CARDS = words("credit debit bank payment");
/** Behind a secret's name, they make it the name of something about the secret. */
const ABOUT = words(
  "count counts total type types length len size limit limits usage used max min budget rate name " +
    "names url urls uri endpoint path file filename dir ttl age expiry expires expiration expired " +
    "valid validity present enabled disabled required missing status state version algorithm alg " +
    "method methods provider policy strength changed updated created rotated reset manager store " +
    "storage service scheme scope scopes issuer audience id ids index position kind line column " +
    "offset format header domain samesite duration ms seconds error errors failures attempts " +
    "supported consent banner prompt field label hint placeholder pattern rules page form validation " +
    "validator check stdin brand last holder parser stream list refresh renew verify rotation",
);

/** Without any of these, a name need not be taken apart. */
const HINT =
  /pass|pwd|secret|token|cookie|cred|auth|jwt|srf|cvv|cvc|ssn|iban|otp|sid|sess|bearer|mnemonic|pem|key|card|pin|security/i;

/** Names of parameters that are secrets only in a URL: `code` of OAuth, but not `postcode`. */
const PARAMETER =
  /^(?:code|sig|signature|state|nonce|samlresponse|samlrequest|pin|x-amz-.*|x-goog-.*)$/i;
const PARAMETER_HINT = new RegExp(`${HINT.source}|sig|code|state|nonce|saml|x-amz-|x-goog-`, "i");

/** How secret what is under `name` is. */
export function secrecyOf(name: string): Secrecy {
  if (!HINT.test(name)) return ORDINARY;
  const parts = wordsOf(name);
  let secrecy: Secrecy = ORDINARY;
  for (let at = 0; at < parts.length; at++) {
    const word = parts[at]!;
    const next = parts[at + 1];
    const isLast = next === undefined;
    if (word === "session" && next === "id") return SECRET;
    if (!isLast && ABOUT.has(next)) continue;
    if (SECRET_WORDS.has(word) || PASSWORD.test(word) || SECRET_ENDING.test(word)) return SECRET;
    if ((word === "key" || word === "keys") && BEFORE_KEY.has(parts[at - 1] ?? "")) return SECRET;
    if (word === "tokens" && BEFORE_TOKENS.has(parts[at - 1] ?? "")) return SECRET;
    if (word === "card" && CARDS.has(parts[at - 1] ?? "")) return SECRET;
    if (word === "number" && parts[at - 1] === "card") return SECRET;
    if (word === "security" && parts[at - 1] === "social") return SECRET;
    if (isLast && SECRET_LAST.has(word)) secrecy = SECRET_TEXT;
  }
  return secrecy;
}

const BEFORE_TOKENS = words("access refresh auth api bearer session secret");

/** Whether the value of a query parameter is secret. Rather too many than too few. */
export function isSecretParameter(name: string): boolean {
  let plain = name;
  if (name.includes("%")) {
    try {
      plain = decodeURIComponent(name);
    } catch {
      return true;
    }
  }
  if (!PARAMETER_HINT.test(plain)) return false;
  return PARAMETER.test(plain) || secrecyOf(plain) !== ORDINARY || wordsOf(plain).at(-1) === "key";
}

function wordsOf(name: string): string[] {
  return name.slice(-MAX_NAME_CHARS)
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== "");
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(" "));
}
