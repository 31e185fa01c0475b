import counted from "./getters.cjs";

export let count = 0;
export function increase() {
  count++;
}
export const lazy = counted.lazy + counted.lazy;
export default class {
  static name = "own name";
}
export { increase as "a name with blanks" };
