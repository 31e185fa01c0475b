// Decorators of the standard with accessors, proxies, reactions.
import {
  action,
  autorun,
  computed,
  flow,
  makeAutoObservable,
  observable,
  runInAction,
  when,
} from "mobx";

class Order {
  items = observable.array<{ price: number; count: number }>([]);
  rate = 0.1;

  constructor() {
    makeAutoObservable(this, { load: flow });
  }
  get total(): number {
    return this.items.reduce((sum, { price, count }) => sum + price * count, 0);
  }
  add(price: number, count = 1): void {
    this.items.push({ price, count });
  }
  *load(n: number): Generator<Promise<number>, string, number> {
    for (let i = 1; i <= n; i++) this.add(yield Promise.resolve(i));
    return `loaded ${n}`;
  }
}

const order = new Order();
const seen: number[] = [];
const stop = autorun(() => seen.push(order.total));
order.add(2, 3);
runInAction(() => {
  order.add(1);
  order.add(1);
});
const isBig = when(() => order.total > 10).then(() => "big");
console.log(await (order.load(3) as unknown as Promise<string>), await isBig);
stop();
order.add(100);
console.log(seen.join(), order.total, JSON.stringify(order));
const box = observable.box(1, { deep: false });
const double = computed(() => box.get() * 2);
const set = action("set", (value: number) => box.set(value));
set(21);
console.log(double.get(), set.name, String(Object.keys(order)));
try {
  await (order.load(-1) as unknown as { cancel(): void } & Promise<string>);
  const cancelled = order.load(2) as unknown as { cancel(): void } & Promise<string>;
  queueMicrotask(() => cancelled.cancel());
  await cancelled;
} catch (error) {
  console.log((error as Error).message);
}
