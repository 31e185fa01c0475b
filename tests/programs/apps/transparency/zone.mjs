// zone.js replaces Promise, timers and events; bluebird compiles functions for what it wraps.
import "zone.js/node";
import Bluebird from "bluebird";
import { EventEmitter } from "node:events";

const log = [];
const zone = Zone.current.fork({
  name: "outer",
  onInvoke(delegate, _current, target, callback, self, args, source) {
    log.push(`invoke ${target.name}`);
    return delegate.invoke(target, callback, self, args, source);
  },
  onHandleError(_delegate, _current, _target, error) {
    log.push(`handled ${error.message}`);
    return false;
  },
});
await zone.run(async () => {
  log.push(Zone.current.name);
  setTimeout(() => log.push(`timer in ${Zone.current.name}`), 1);
  new Promise((resolve) => resolve()).then(() => log.push(`then in ${Zone.current.name}`));
  const emitter = new EventEmitter();
  emitter.on("event", () => log.push(`event in ${Zone.current.name}`));
  emitter.emit("event");
  setTimeout(() => {
    throw new Error("in a timer");
  }, 2);
});
await new Promise((resolve) => setTimeout(resolve, 20));
const api = {
  read(name, callback) {
    setImmediate(callback, name === "" ? new TypeError("no name") : null, `${name}!`);
  },
};
const promised = Bluebird.promisifyAll(api);
log.push(
  await promised.readAsync("a"),
  await promised.readAsync("").catch(TypeError, (error) => error.message),
);
const run = Bluebird.coroutine(function* (n) {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += yield Bluebird.delay(1).return(i);
  return sum;
});
log.push(await run(4), await Bluebird.map([1, 2, 3], async (x) => x * 2, { concurrency: 2 }));
log.push(
  await Bluebird.using(
    Bluebird.resolve("held").disposer(() => log.push("given back")),
    (held) => held,
  ),
);
console.log(log.join("\n"), Promise.name, setTimeout.name);
