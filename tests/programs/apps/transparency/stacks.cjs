// Those who look at stacks: call sites, traces of a format of their own, causes.
const callsites = require("callsites").default ?? require("callsites");
const path = require("node:path");

function where() {
  return callsites().slice(0, 4).map((site) =>
    [
      site.getFunctionName(),
      site.getLineNumber(),
      site.isConstructor(),
      site.isToplevel(),
      path.basename(site.getFileName() ?? ""),
    ].join(" ")
  );
}
const named = {
  method() {
    return where();
  },
  arrow: () => where(),
};
class Caller {
  constructor() {
    this.sites = where();
  }
  static of() {
    return new Caller();
  }
}
console.log(named.method().slice(0, 2).join("\n"));
console.log(named.arrow().slice(0, 2).join("\n"));
console.log(Caller.of().sites.slice(0, 3).join("\n"));

function Failure(message) {
  this.message = message;
  Error.captureStackTrace(this, Failure);
}
Failure.prototype = Object.create(Error.prototype, { name: { value: "Failure" } });
function fail() {
  throw new Failure("deep");
}
function outer() {
  try {
    fail();
  } catch (error) {
    throw new Error("outer", { cause: error });
  }
}
try {
  outer();
} catch (error) {
  for (const e of [error, error.cause]) {
    console.log(
      e.stack.split("\n").slice(0, 3).map((line) => line.replace(/\(.*[\\/]/, "(").trim()).join(
        " | ",
      ),
    );
  }
}
const old = Error.prepareStackTrace;
Error.prepareStackTrace = (error, sites) =>
  `${error.message}: ${
    sites.slice(0, 2).map((site) => `${site.getFunctionName()}@${site.getLineNumber()}`)
  }`;
function prepared() {
  return new Error("own").stack;
}
console.log(prepared());
Error.prepareStackTrace = old;
Error.stackTraceLimit = 2;
function deep(n) {
  return n === 0 ? new Error("limit").stack.split("\n").length : deep(n - 1);
}
console.log(deep(10));
Error.stackTraceLimit = 10;
async function rejected() {
  await null;
  throw new TypeError("late");
}
async function awaits() {
  await rejected();
}
awaits().catch((error) => {
  console.log(
    error.stack.split("\n").slice(0, 3).map((line) => line.replace(/\(.*[\\/]/, "(").trim()).join(
      " | ",
    ),
  );
  throw Object.assign(new Error("unhandled at the end"), { code: "E_END" });
});
