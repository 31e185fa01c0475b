/**
 * Reasons that many rows share, each told once below the tables.
 *
 * @module
 */

const DIGITS = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"];

export class Footnotes {
  readonly #numbers = new Map<string, number>();

  /** The mark of a reason: `²`. "" where there is none. */
  markOf(reason: string | undefined): string {
    if (reason === undefined) return "";
    const number = this.#numbers.get(reason) ?? this.#numbers.size + 1;
    this.#numbers.set(reason, number);
    return markOf(number);
  }

  /** All reasons with their marks. */
  lines(): string[] {
    return [...this.#numbers].map(([reason, number]) => `${markOf(number)} ${reason}`);
  }
}

function markOf(number: number): string {
  return String(number).replace(/\d/g, (digit) => DIGITS[Number(digit)]!);
}
