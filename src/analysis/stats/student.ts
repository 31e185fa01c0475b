/**
 * Student's distribution. The number of degrees of freedom need not be whole.
 *
 * @module
 */
import { incompleteBeta } from "./beta.ts";

/** From here on the distribution cannot be told from the normal one. */
const MANY = 1e7;

/** P(T > t). Exact in the far tail as well. */
export function studentTail(t: number, degrees: number): number {
  if (t === Infinity) return 0;
  if (t === -Infinity) return 1;
  const df = Math.min(degrees, MANY);
  const tail = incompleteBeta(df / (df + t * t), df / 2, 0.5) / 2;
  return t >= 0 ? tail : 1 - tail;
}

/** The t that is exceeded with probability `alpha`. */
export function studentCritical(alpha: number, degrees: number): number {
  if (alpha <= 0) return Infinity;
  if (alpha >= 1) return -Infinity;
  if (alpha > 0.5) return -studentCritical(1 - alpha, degrees);
  let low = 0;
  let high = 1;
  while (studentTail(high, degrees) > alpha && high < 1e150) high *= 2;
  for (let i = 0; i < 100 && high - low > 1e-13 * high; i++) {
    const middle = (low + high) / 2;
    if (studentTail(middle, degrees) > alpha) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
