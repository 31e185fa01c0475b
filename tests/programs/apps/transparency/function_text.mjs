// Libraries that read the text of functions.
import { asFunction, asValue, createContainer, InjectionMode } from "awilix";
import serialize from "serialize-javascript";

const container = createContainer({ injectionMode: InjectionMode.CLASSIC });
class Service {
  constructor(repository, { retries = 2 } = {}, /* not , me */ log = (text) => text) {
    this.all = [repository.rows.length, retries, log("logged")];
  }
}
function makeRepository(rows, limit = rows.length) {
  return { rows: rows.slice(0, limit) };
}
container.register({
  rows: asValue([1, 2, 3]),
  limit: asValue(2),
  repository: asFunction(makeRepository),
});
console.log(container.build((repository, rows) => new Service(repository).all.concat(rows)).join());

const saved = serialize({
  at: new Date(0),
  find: (x) => x.map((y) => y * 2),
  run: async function (a) {
    return await a;
  },
  plain: /x/g,
});
console.log(saved);
const loaded = (0, eval)(`(${saved})`);
console.log(loaded.find([1, 2]).join(), await loaded.run(5), loaded.at.getTime());

class Shape {
  static #count = 0;
  get area() {
    return 4;
  }
  static async *sizes() {
    yield Shape.#count;
  }
  ["computed" + 1]() {
    return `several
    lines`;
  }
}
function outer(n) {
  return (a, b) => {
    for (const x of [a, b]) if (x === n) return x;
  };
}
const getter = Object.getOwnPropertyDescriptor(Shape.prototype, "area").get;
for (
  const f of [
    Shape,
    getter,
    Shape.sizes,
    Shape.prototype.computed1,
    outer,
    outer(1),
    async (a) => await a,
  ]
) {
  console.log(f.toString(), `${f}`.length, (f + "").length);
}
const { toString } = Function.prototype;
console.log(
  toString.toString(),
  toString.name,
  toString.length,
  "prototype" in toString,
  Object.keys(Function.prototype).length,
);
console.log(fetch.toString(), String(setTimeout), String(Array.prototype.map.bind([])));
try {
  toString.call({});
} catch (error) {
  console.log(error.constructor.name, error.message);
}
