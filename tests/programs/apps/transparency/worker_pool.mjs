// A function is sent to a worker as text.
import workerpool from "workerpool";

function fibonacci(n) {
  const next = (a, b, left) => left === 0 ? a : next(b, a + b, left - 1);
  return next(0, 1, n);
}
const pool = workerpool.pool({ maxWorkers: 1, workerType: "thread" });
console.log(await pool.exec(fibonacci, [30]));
await pool.exec(() => {
  throw new RangeError("from the worker");
}).catch((error) => console.log(error.message));
await pool.terminate();
