// Those who replace what the runtime has: files, time, modules, requests, functions.
const fs = require("node:fs");
require("graceful-fs").gracefulify(fs);
const sinon = require("sinon");
const proxyquire = require("proxyquire");

fs.writeFileSync("note.txt", "written through graceful-fs");
console.log(fs.readFileSync("note.txt", "utf8"), fs.readFile.name, fs.readFile.length);
const api = { add: (a, b) => a + b, later: async (x) => x };
const spy = sinon.spy(api, "add");
console.log(api.add(1, 2), spy.calledOnceWithExactly(1, 2), spy.displayName, api.add.length);
sinon.stub(api, "later").onFirstCall().resolves("stubbed").onSecondCall().rejects(
  new TypeError("stubbed"),
);
const clock = sinon.useFakeTimers({
  now: 1000,
  toFake: ["setTimeout", "clearTimeout", "setInterval", "Date"],
});
const order = [];
setTimeout(() => order.push(`late ${Date.now()}`), 500);
setInterval(() => order.push(`every ${Date.now()}`), 200);
clock.tick(650);
clock.restore();
console.log(order.join(), typeof setTimeout(() => {}, 0));
const faked = proxyquire("./patched_user.cjs", {
  "node:os": { hostname: () => "faked", "@noCallThru": true },
});
console.log(faked.describe(), require("./patched_user.cjs").describe() === faked.describe());
(async () => {
  console.log(await api.later(1), await api.later(2).catch((error) => error.message));
})();
