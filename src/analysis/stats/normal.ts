/**
 * The normal distribution.
 *
 * @module
 */
import { studentCritical } from "./student.ts";

/** Student's distribution of so many degrees of freedom is the normal one, to 7 digits. */
const MANY = 1e7;

/** The z that is exceeded with probability `alpha`. */
export function normalCritical(alpha: number): number {
  return studentCritical(alpha, MANY);
}
