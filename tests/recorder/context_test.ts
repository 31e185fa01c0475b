/**
 * The current span follows the program's asynchronous work: every parent is
 * right, through the runtime's private door and through AsyncLocalStorage.
 */
import assert from "node:assert/strict";
import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { EventEmitter, once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { test } from "node:test";
import { setImmediate as immediate, setTimeout as delay } from "node:timers/promises";
import { createContext } from "../../src/recorder/context.ts";
import type { Span } from "../../src/recorder/span.ts";
import type { ActiveSpan } from "../../src/recorder/tracing.ts";
import { ringSizes } from "../../src/ring/layout.ts";
import { Recording } from "../helpers/recording.ts";

const sizes = ringSizes(1 << 23);

/** Ways to lose the thread: each resolves in another turn. */
const WAITS: Record<string, () => Promise<unknown>> = {
  await: async () => await null,
  thenable: async () => await { then: (resolve: () => void) => resolve() },
  "Promise.then": () => Promise.resolve().then(() => {}),
  setTimeout: () => new Promise<void>((resolve) => setTimeout(resolve, 1)),
  "timers/promises": () => delay(1),
  setImmediate: () => immediate(),
  queueMicrotask: () => new Promise<void>((resolve) => queueMicrotask(resolve)),
  nextTick: () => new Promise<void>((resolve) => process.nextTick(resolve)),
  "Promise.all": () => Promise.all([delay(1), immediate(), null]),
  "async generator": async () => {
    for await (
      const _ of (async function* () {
        yield await null;
        yield delay(1);
      })()
    );
  },
  stream: () =>
    pipeline(Readable.from(["a", "b"]), new Transform({ transform: (_c, _e, f) => f() })),
  "events.once": async () => {
    const emitter = new EventEmitter();
    setTimeout(() => emitter.emit("event"), 1);
    await once(emitter, "event");
  },
};

// The first context of a thread gets the private door, where there is one.
const DOORS: Record<string, Recording> = {
  "the first context": new Recording({ sizes }),
  "a second context": new Recording({ sizes, context: createContext() }),
};

/** Spans whose parents the test knows, and the comparison with what was recorded. */
class ParentCheck {
  readonly recording: Recording;
  /** What parent each span must have. */
  readonly parents = new Map<number, number>();

  constructor(recording: Recording) {
    this.recording = recording;
  }

  spanUnder<R>(parent: ActiveSpan | undefined, fn: (span: ActiveSpan) => R): R {
    const { tracing } = this.recording;
    assert.equal(tracing.currentSpan(), parent);
    return tracing.span("span", (span) => {
      this.parents.set(idOf(span), idOf(parent));
      assert.equal(tracing.currentSpan(), span);
      return fn(span);
    });
  }

  assertParents(): void {
    const spans = this.recording.readSpans();
    assert.equal(spans.length, this.parents.size);
    for (const span of spans) assert.equal(span.parentId, this.parents.get(span.id));
    this.parents.clear();
    this.recording.assertBalanced();
    assert.equal(this.recording.dropped, 0);
  }
}

for (const [door, recording] of Object.entries(DOORS)) {
  const { tracing } = recording;
  const check = new ParentCheck(recording);

  test(`${door}: the span stays current through every way to wait`, async () => {
    for (const [name, wait] of Object.entries(WAITS)) {
      await check.spanUnder(undefined, async (outer) => {
        await wait();
        assert.equal(tracing.currentSpan(), outer, `after ${name}`);
        await check.spanUnder(outer, async (inner) => {
          await wait();
          assert.equal(tracing.currentSpan(), inner, `inside, after ${name}`);
        });
        assert.equal(tracing.currentSpan(), outer, `outside again, after ${name}`);
      });
      assert.equal(tracing.currentSpan(), undefined);
    }
    check.assertParents();
  });

  test(`${door}: callbacks run in the span that scheduled them`, async () => {
    const schedules: ((callback: () => void) => void)[] = [
      (callback) => void setTimeout(callback, 1),
      (callback) => void setImmediate(callback),
      (callback) => queueMicrotask(callback),
      (callback) => process.nextTick(callback),
      (callback) => void Promise.resolve().then(callback),
      (callback) => void Promise.reject(new Error("expected")).catch(callback),
    ];
    await Promise.all(
      schedules.map((schedule) =>
        check.spanUnder(undefined, (outer) =>
          new Promise<void>((resolve) => {
            schedule(() => check.spanUnder(outer, () => resolve()));
          }))
      ),
    );
    check.assertParents();
  });

  test(`${door}: a listener runs in the span that emits`, () => {
    const emitter = new EventEmitter();
    check.spanUnder(undefined, (registering) => {
      emitter.on("event", () => check.spanUnder(tracing.currentSpan(), () => {}));
      check.spanUnder(registering, () => {});
    });
    check.spanUnder(undefined, () => emitter.emit("event"));
    check.assertParents();
  });

  for (const count of [1_000, 10_000]) {
    test(`${door}: ${count} tasks at once, each with spans across awaits`, async () => {
      const waits = count === 1_000 ? Object.values(WAITS) : [WAITS["await"]!, () => immediate()];
      await Promise.all(
        Array.from({ length: count }, (_, task) =>
          check.spanUnder(undefined, async (outer) => {
            await waits[task % waits.length]!();
            await check.spanUnder(outer, async (inner) => {
              await waits[(task + 1) % waits.length]!();
              check.spanUnder(inner, () => {});
              assert.equal(tracing.currentSpan(), inner);
            });
            assert.equal(tracing.currentSpan(), outer);
          })),
      );
      check.assertParents();
    });
  }

  test(`${door}: fetch comes back to the span it left`, async () => {
    const server = createServer((_request, response) => response.end("answer"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    await Promise.all(Array.from({ length: 20 }, () =>
      check.spanUnder(undefined, async (outer) => {
        const response = await fetch(url);
        await check.spanUnder(outer, async (inner) => {
          assert.equal(await response.text(), "answer");
          assert.equal(tracing.currentSpan(), inner);
        });
        assert.equal(tracing.currentSpan(), outer);
      })));
    server.close();
    server.closeAllConnections();
    check.assertParents();
  });

  test(`${door}: the program's own AsyncLocalStorage and ours do not see each other`, async () => {
    const [first, second] = [new AsyncLocalStorage<number>(), new AsyncLocalStorage<string>()];
    await first.run(1, () =>
      check.spanUnder(undefined, async (outer) => {
        assert.equal(first.getStore(), 1);
        await second.run("a", async () => {
          await null;
          await check.spanUnder(outer, async (inner) => {
            await delay(1);
            assert.deepEqual([first.getStore(), second.getStore()], [1, "a"]);
            first.run(2, () => {
              assert.equal(tracing.currentSpan(), inner);
              check.spanUnder(inner, () => assert.equal(first.getStore(), 2));
              assert.equal(first.getStore(), 2);
            });
            first.exit(() => {
              assert.deepEqual([first.getStore(), second.getStore()], [undefined, "a"]);
              check.spanUnder(inner, () => assert.equal(first.getStore(), undefined));
            });
            assert.equal(first.getStore(), 1);
          });
          assert.equal(second.getStore(), "a");
        });
        assert.deepEqual([first.getStore(), second.getStore()], [1, undefined]);
      }));
    assert.equal(first.getStore(), undefined);
    check.assertParents();
  });

  test(`${door}: many of the program's AsyncLocalStorages, with spans between them`, async () => {
    const storages = Array.from({ length: 50 }, () => new AsyncLocalStorage<number>());
    async function nest(depth: number, parent: ActiveSpan | undefined): Promise<void> {
      if (depth === storages.length) return;
      await storages[depth]!.run(depth, () =>
        check.spanUnder(parent, async (span) => {
          if (depth % 7 === 0) await delay(1);
          check.spanUnder(span, (inner) => {
            assert.equal(tracing.currentSpan(), inner);
            storages.forEach((storage, index) => {
              assert.equal(storage.getStore(), index <= depth ? index : undefined);
            });
          });
          await nest(depth + 1, span);
          assert.equal(storages[depth]!.getStore(), depth);
        }));
    }
    await nest(0, undefined);
    for (const storage of storages) assert.equal(storage.getStore(), undefined);
    check.assertParents();
  });

  test(`${door}: what was bound or kept in a span is run in it`, async () => {
    const kept = check.spanUnder(undefined, (span) => ({
      span,
      snapshot: AsyncLocalStorage.snapshot(),
      bound: AsyncResource.bind(() => check.spanUnder(span, () => {})),
      resource: new AsyncResource("test"),
    }));
    await null;
    await check.spanUnder(undefined, async (other) => {
      await null;
      kept.snapshot(() => check.spanUnder(kept.span, () => {}));
      kept.bound();
      kept.resource.runInAsyncScope(() => check.spanUnder(kept.span, () => {}));
      assert.equal(tracing.currentSpan(), other);
    });
    check.assertParents();
  });

  test(`${door}: enterWith in a span lasts as long as it does without one`, async () => {
    const storage = new AsyncLocalStorage<number>();
    await (async () => {
      check.spanUnder(undefined, (outer) => {
        storage.enterWith(1);
        check.spanUnder(outer, () => assert.equal(storage.getStore(), 1));
        check.spanUnder(outer, () => storage.enterWith(2));
        assert.equal(storage.getStore(), 2);
        assert.equal(tracing.currentSpan(), outer);
      });
      assert.equal(storage.getStore(), 2);
      assert.equal(tracing.currentSpan(), undefined);
      await null;
      assert.equal(storage.getStore(), 2);
      check.spanUnder(undefined, () => {});
      storage.enterWith(undefined as unknown as number);
    })();
    check.assertParents();
  });

  test(`${door}: startSpan does not change the current span, and using ends it`, () => {
    check.spanUnder(undefined, (outer) => {
      {
        using started = tracing.startSpan("started");
        check.parents.set(idOf(started), idOf(outer));
        check.spanUnder(outer, () => {});
        assert.ok(started.isRecording);
      }
      const root = tracing.startSpan("root", { parent: null });
      const child = tracing.startSpan("child", { parent: root });
      check.parents.set(idOf(root), 0).set(idOf(child), idOf(root));
      child.end();
      root.end();
      // A span that has ended can still be a parent, and stays current until its function returns.
      outer.end();
      check.spanUnder(outer, () => {});
    });
    check.assertParents();
  });
}

test("each recorder has its own current span", () => {
  const [first, second] = Object.values(DOORS);
  first!.tracing.span("first", (outer) => {
    assert.equal(second!.tracing.currentSpan(), undefined);
    second!.tracing.span("second", (inner) => {
      assert.equal(first!.tracing.currentSpan(), outer);
      assert.equal(second!.tracing.currentSpan(), inner);
      // The span of another recorder is no parent here.
      first!.tracing.startSpan("third", { parent: inner }).end();
    });
  });
  const [third, outer] = first!.readSpans();
  assert.equal(third!.parentId, outer!.id);
  assert.equal(second!.readSpan().parentId, 0);
});

function idOf(span: ActiveSpan | undefined): number {
  return (span as Span | undefined)?.id ?? 0;
}
