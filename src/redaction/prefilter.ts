/**
 * Tells cheaply that a text holds no secret: each byte becomes one of 32
 * classes, and of three classes in a row a table knows whether any secret has
 * them. Nearly all texts pass; what does not is looked at properly.
 *
 * @module
 */

/** Three characters that something to be found has, in whatever case. */
const HINTS: readonly string[] = [
  // Names of secrets: ../model/secret_names.ts.
  "pas pwd swd psw ecr tok kie cre uth jwt srf cvv cvc ssn iba otp sid ssi bea mne pem key car pin soc",
  // Parameters of URLs.
  "de= te= ce= se= st= ig= re= in= mz- og-",
  // Tokens: tokens.ts. Of `ya29.` only the letters count.
  "ghp gho ghu ghs ghr b_p glp glr gld glc xox xap sk- sk_ rk_ hse pm_ ypi hf_ p_v shp sg. kia aiz eyj",
  "ya2 asi --b s.s",
  // Flags of programs that take passwords: programs.ts.
  " -p,-us, -u, -a, -w, -n",
  // What was redacted in the program: it is counted.
  "dac",
].flatMap((line) => line.includes(",") ? line.split(",") : line.split(" "));

/**
 * Set for a byte that JSON text cannot have as it is, or that is no ASCII. Too
 * high for a hash to keep it.
 */
export const NOT_PLAIN = 0x8000;
/** Class of `@`: credentials in a URL end with it, and few other texts have one. */
const AT_CLASS = 31;
/** The last three classes are `((before << 5) | class) & HASH_MASK`. */
const CLASS_BITS = 5;
export const HASH_MASK = 0x7fff;

/** Class of a byte, and {@linkcode NOT_PLAIN} where it applies. */
export const BYTE_CLASSES = byteClasses();
/** 1 where three classes in a row hint at a secret. */
export const HINT_TABLE = hintTable();

/** Whether a secret may be in these bytes of UTF-8. */
export function mayHoldSecret(bytes: Uint8Array, from: number, to: number): boolean {
  let hash = 0;
  for (let at = from; at < to; at++) {
    hash = ((hash << CLASS_BITS) | BYTE_CLASSES[bytes[at]!]!) & HASH_MASK;
    if (HINT_TABLE[hash] !== 0) return true;
  }
  return false;
}

/** The same for a string. */
export function mayTextHoldSecret(text: string): boolean {
  let hash = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const byteClass = unit < 0x80 ? BYTE_CLASSES[unit]! : 0;
    hash = ((hash << CLASS_BITS) | byteClass) & HASH_MASK;
    if (HINT_TABLE[hash] !== 0) return true;
  }
  return false;
}

function byteClasses(): Uint16Array {
  const classes = new Uint16Array(256);
  for (let byte = 0; byte < 256; byte++) {
    const isPlain = byte >= 0x20 && byte <= 0x7e && byte !== 0x22 && byte !== 0x5c;
    classes[byte] = classOf(byte) | (isPlain ? 0 : NOT_PLAIN);
  }
  return classes;
}

/** Letters without their case, `_-.=@`, and one class for all the rest. */
function classOf(byte: number): number {
  const lower = byte | 0x20;
  if (byte >= 0x40 && lower >= 0x61 && lower <= 0x7a) return lower - 0x60;
  const found = "_-.=@".indexOf(String.fromCharCode(byte));
  return found < 0 ? 0 : 27 + found;
}

function hintTable(): Uint8Array {
  const table = new Uint8Array(HASH_MASK + 1);
  for (const hint of HINTS) {
    let hash = 0;
    for (const char of hint) hash = (hash << CLASS_BITS) | classOf(char.charCodeAt(0));
    table[hash] = 1;
  }
  // An `@` as the last of three, whatever is before it.
  for (let before = 0; before < 1 << (2 * CLASS_BITS); before++) {
    table[(before << CLASS_BITS) | AT_CLASS] = 1;
  }
  return table;
}
