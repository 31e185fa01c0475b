/** `wrap()` and `traced()`: the function stays what it was. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Recording } from "../helpers/recording.ts";

const recording = new Recording();
const { tracing } = recording;

function names(): string[] {
  return recording.readSpans().map(({ name }) => name);
}

test("wrap() keeps name, length, prototypes and properties", () => {
  const marker = Symbol("marker");
  const async = async (_a: number, _b: number): Promise<void> => {};
  function ordinary(_a: unknown, _b: unknown, ..._rest: unknown[]): void {}
  const withDefaults = (_a: number, _b = 1): void => {};
  function* generator(_a: unknown): Generator {}
  class Class {
    static field = 1;
    static get getter(): number {
      return this.field;
    }
    readonly a: unknown;
    constructor(a: unknown) {
      this.a = a;
    }
    method(): void {}
  }
  const decorated = Object.assign(() => {}, { own: [1], [marker]: 2 });
  Object.defineProperty(decorated, "hidden", { value: 3 });
  const { method } = { method(_a: unknown): void {} };
  const anonymous = (() => (): void => {})();
  const bound = ordinary.bind(null, 1);

  for (
    const fn of [async, ordinary, withDefaults, generator, decorated, method, anonymous, bound]
  ) {
    const wrapped = tracing.wrap(fn as () => void);
    assert.equal(wrapped.name, fn.name);
    assert.equal(wrapped.length, fn.length);
    assert.equal(Object.getPrototypeOf(wrapped), Object.getPrototypeOf(fn));
    assert.deepEqual(
      new Set(Reflect.ownKeys(wrapped)),
      new Set(Reflect.ownKeys(fn).filter((key) => key !== "arguments" && key !== "caller")),
    );
    for (const key of Reflect.ownKeys(wrapped)) {
      assert.deepEqual(
        Object.getOwnPropertyDescriptor(wrapped, key),
        Object.getOwnPropertyDescriptor(fn, key),
      );
    }
  }
  const WrappedClass = tracing.wrap(Class as unknown as () => void) as unknown as typeof Class;
  assert.equal(WrappedClass.prototype, Class.prototype);
  assert.equal(WrappedClass.field, 1);
  assert.equal(WrappedClass.getter, 1);
  recording.read();
});

test("wrap() passes this, arguments and results, and throws what is thrown", async () => {
  const seen: unknown[] = [];
  const wrapped = tracing.wrap(function work(this: unknown, ...args: unknown[]): unknown {
    seen.push(this, args);
    if (args[0] === "throw") throw args[1];
    return args[0];
  });
  const self = { wrapped };
  assert.equal(self.wrapped(1, 2), 1);
  assert.equal(wrapped.call("text", 3), 3);
  assert.equal(wrapped.apply(undefined, [4, 5]), 4);
  assert.deepEqual(seen, [self, [1, 2], "text", [3], undefined, [4, 5]]);
  const error = new Error("expected");
  assert.throws(() => wrapped("throw", error), (thrown) => thrown === error);
  assert.deepEqual(names(), ["work", "work", "work", "work"]);

  const asynchronous = tracing.wrap(async (value: number) => {
    await null;
    return value;
  }, { name: "async", kind: "producer" });
  assert.equal(await asynchronous(5), 5);
  const span = recording.readSpan();
  assert.deepEqual([span.name, span.kind], ["async", "producer"]);
  const generator = tracing.wrap(function* count(): Generator<number> {
    yield 1;
    yield 2;
  });
  assert.deepEqual([...generator()], [1, 2]);
  assert.deepEqual(names(), ["count"]);
  recording.assertBalanced();
});

test("wrap() names each call when it is asked to", () => {
  const wrapped = tracing.wrap((id: number) => id, { name: (id) => `load ${id}` });
  assert.equal(wrapped(7), 7);
  const method = tracing.wrap(function (this: { table: string }): void {}, {
    name(this: { table: string }) {
      return this.table;
    },
  });
  method.call({ table: "users" });
  const failing = tracing.wrap(function fallback(): number {
    return 1;
  }, {
    name: () => {
      throw new Error("no name");
    },
  });
  assert.equal(failing(), 1);
  tracing.wrap((() => () => {})())();
  assert.deepEqual(names(), ["load 7", "users", "fallback", "anonymous"]);
  recording.assertBalanced();
});

test("wrap() keeps `new`, also for a class that extends the wrapped one", () => {
  class Base {
    readonly args: unknown[];
    readonly target: unknown;
    constructor(...args: unknown[]) {
      this.args = args;
      this.target = new.target;
      if (args[0] === "throw") throw new Error("constructor");
    }
    hello(): string {
      return "hello";
    }
  }
  const Wrapped = tracing.wrap(Base as unknown as () => void) as unknown as typeof Base;
  const instance = new Wrapped(1, 2);
  assert.ok(instance instanceof Base);
  assert.ok(instance instanceof Wrapped);
  assert.deepEqual(instance.args, [1, 2]);
  assert.equal(instance.target, Base);
  assert.equal(instance.hello(), "hello");
  class Derived extends Wrapped {}
  const derived = new Derived("a");
  assert.ok(derived instanceof Derived && derived instanceof Base);
  assert.equal(derived.target, Derived);
  assert.throws(() => new Wrapped("throw"), { message: "constructor" });
  assert.throws(() => (Wrapped as unknown as () => void)(), TypeError);
  assert.deepEqual(names(), ["Base", "Base", "Base", "Base"]);

  const arrow = tracing.wrap(() => {}) as unknown as new () => void;
  assert.throws(() => new arrow(), TypeError);
  const { method } = { method(): void {} };
  assert.throws(() => new (tracing.wrap(method) as unknown as new () => void)(), TypeError);
  assert.deepEqual(names(), []);
  recording.assertBalanced();
});

test("wrap() takes frozen functions and wrapped ones", () => {
  const frozen = tracing.wrap(Object.freeze(function frozen(): number {
    return 1;
  }));
  assert.equal(frozen(), 1);
  assert.equal(frozen.name, "frozen");
  assert.equal(tracing.wrap(frozen, { name: "twice" })(), 1);
  assert.deepEqual(names(), ["frozen", "frozen", "twice"]);
});

test("traced() decorates methods the standard way", () => {
  // As a compiler applies it: the sources of ferret hold nothing that must be compiled.
  class Jobs {
    static all(): string {
      return "all";
    }
    value = 1;
    run(add: number): number {
      return this.value + add;
    }
  }
  class More extends Jobs {}
  const apply = (owner: object, key: string, name?: string): void => {
    const method = Reflect.get(owner, key);
    const decorate = tracing.traced(name === undefined ? undefined : { name });
    const decorated = decorate(method, { kind: "method", name: key, static: owner === Jobs });
    assert.equal(decorated.name, key);
    assert.equal(decorated.length, method.length);
    Object.defineProperty(owner, key, { value: decorated });
  };
  apply(Jobs.prototype, "run");
  apply(Jobs, "all");
  assert.equal(new Jobs().run(1), 2);
  assert.equal(new More().run(2), 3);
  assert.equal(Jobs.all(), "all");
  assert.deepEqual(names(), ["Jobs.run", "Jobs.run", "Jobs.all"]);

  const symbol = Symbol("s");
  const decorated = tracing.traced()(function (): number {
    return 4;
  }, { kind: "method", name: symbol });
  assert.equal(decorated.call(undefined), 4);
  apply(Jobs.prototype, "run", "given");
  new Jobs().run(1);
  assert.deepEqual(names(), ["Symbol(s)", "Jobs.run", "given"]);
});

test("traced() decorates methods TypeScript's older way", () => {
  class Jobs {
    static all(): string {
      return "all";
    }
    value = 1;
    run(add: number): number {
      return this.value + add;
    }
  }
  const apply = (owner: object, key: string, name?: string): void => {
    const decorate = tracing.traced(name === undefined ? undefined : { name });
    const before = Object.getOwnPropertyDescriptor(owner, key)!;
    const after = decorate(owner, key, before) as PropertyDescriptor;
    assert.deepEqual({ ...after, value: before.value }, before);
    Object.defineProperty(owner, key, after);
  };
  apply(Jobs.prototype, "run");
  apply(Jobs, "all", "everything");
  assert.equal(new Jobs().run(1), 2);
  assert.equal(Jobs.all(), "all");
  assert.deepEqual(names(), ["Jobs.run", "everything"]);
  recording.assertBalanced();
});
