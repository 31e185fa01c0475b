/**
 * A fixed amount of work that uses nothing which a hook observes: objects,
 * text, promises. Prints the CPU time it took, as JSON.
 *
 * @module
 */
import process from "node:process";

const ITEMS = 200;
const REPEATS = 1_000;

interface Item {
  id: number;
  name: string;
  price: number;
}

let sum = 0;

async function handle(round: number): Promise<number> {
  const items: Item[] = Array.from(
    { length: ITEMS },
    (_, id) => ({ id, name: `item ${(id * 7919 + round) % 1000}`, price: id / 7 }),
  );
  const read = JSON.parse(JSON.stringify(items)) as Item[];
  read.sort((a, b) => a.name < b.name ? -1 : 1);
  const byName = new Map(read.map((item) => [item.name, item]));
  const prices = await Promise.all(read.map(({ price }) => Promise.resolve(price)));
  return prices.reduce((total, price) => total + price, byName.size);
}

async function work(repeats: number): Promise<void> {
  for (let round = 0; round < repeats; round++) sum += await handle(round);
}

await work(REPEATS / 5);
const before = process.cpuUsage();
await work(REPEATS);
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ cpuMs: (user + system) / 1000, sum }));
