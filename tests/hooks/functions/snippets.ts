/**
 * Programs that do what instrumentation could change. Each returns or logs
 * what a person could see; plain and instrumented they must say the same.
 *
 * @module
 */

/** Bodies of sloppy or strict async functions with `log` in scope, by what they are about. */
export const SNIPPETS: Record<string, string> = {
  "names and lengths": `
    async function a(x, y = 1, ...z) {} function b({ c }, [d]) {} const e = (f) => f, g = async () => {};
    const h = { i() {}, get j() { return 1 }, async *k() {}, ["l" + 1]: () => {}, m: class { static n() {} #o() {} } };
    class P { q = () => {}; static r = async function () {}; constructor(s, t) {} get u() { return 1 } set u(v) {} }
    for (const f of [a, b, e, g, h.i, h.k, h.l1, h.m, h.m.n, P, new P().q, P.r]) log(f.name, f.length, "prototype" in f);
    log(Object.getOwnPropertyDescriptor(P.prototype, "u").get.name);`,
  "function kinds": `
    async function a() {} function* b() {} async function* c() {} const d = async () => {};
    for (const f of [a, b, c, d]) log(Object.prototype.toString.call(f), f.constructor.name);
    try { new a() } catch (e) { log(e.constructor.name) } try { new d() } catch (e) { log(e.constructor.name) }`,
  "this, arguments, new.target": `
    function a() { return [this?.z, arguments.length, [...arguments].join(), typeof new.target] }
    log(a.call({ z: 1 }, 2, 3)); log(Reflect.construct(function () { return { t: new.target === Array } }, [], Array).t);
    function b(x) { arguments[0] = 9; return x } log(b(1)); function c(x) { "use strict"; arguments[0] = 9; return x } log(c(1));
    const d = { z: 2, e: () => typeof this, f() { return (() => this.z)() } }; log(d.f());
    async function g() { await null; return arguments.length + [...arguments][1] } log(await g(1, 2));`,
  "classes": `
    class A { #x = 1; static s = 5; constructor(v) { this.v = v } get x() { return this.#x } set x(v) { this.#x = v } m() { return "A.m" } static { this.t = 6 } static #p() { return 7 } static p() { return A.#p() } }
    class B extends A { y = this.v + 1; constructor(v) { const w = v * 2; super(w); this.z = super.m() } m() { return super.m() + "B" } get x() { return super.x + 10 } async n() { await 1; return super.m() } *o() { yield super.m() } }
    const b = new B(4); log(b.v, b.y, b.z, b.m(), b.x, A.t, A.p(), await b.n(), [...b.o()]);
    class C extends A { constructor() { return { other: true } } } log(new C().other);
    class D extends A { constructor() { try { this.q } catch (e) { log(e.constructor.name) } super(1) } } log(new D().v);
    log(new (class extends Array { constructor() { super(3) } })().length);`,
  "defaults that throw": `
    function bad() { throw new Error("default") }
    async function a(x = bad()) {} try { const p = a(); log("returned"); await p } catch (e) { log("rejected " + e.message) }
    function b(x = bad()) {} try { b() } catch (e) { log("thrown " + e.message) }
    function* c({ d } = bad()) {} try { c() } catch (e) { log("thrown " + e.message) } async function e({ f }) {} await e().catch((x) => log(x.constructor.name));`,
  "hoisting": `
    log(before()); function before() { return after() } function after() { return "hoisted" }
    function outer() { log(typeof inner, inner()); function inner() { return 1 } } log(outer());
    function twice() { function t() { return 1 } function t() { return 2 } return t() } log(twice());
    function clash() { var v = 1; function v() {} return typeof v } log(clash());
    function param(p) { function p() { return 3 } return p() } log(param(1)); function variable(v) { var v; return v } log(variable(8));
    function named() { return typeof named } log(named()); log((function self(n) { return n === 0 ? "done" : self(n - 1) })(3));`,
  "directives": `
    function strict() { "use strict"; return this === undefined } log(strict());
    function two() { "a"; 'use strict'
      return this === undefined } log(two()); function notOne() { ("use strict"); return this === undefined } log(typeof notOne());`,
  "semicolons and comments": `
    const a = (x) => /* why */ x // trailing
    const b = (x) =>
      // leading
      ({ x })
    log(a(1), b(2).x)
    const c = async (x) =>
      await x
    const d = function () { return /* nothing */
      1 }
    log(await c(3), d())
    ;[4].forEach((x) => log(x))
    async function e() { const x = 1
      await null
      await (null, null)
      return x } log(await e())`,
  "expressions around await": "\n" + `
    const p = (v) => Promise.resolve(v);
    async function a() { return -(await p(1)) + (await p(2)) ** 2 + [await p(3), ...(await p([4]))].length + (await p({ k: 5 })).k + \`\${await p(6)}\` }
    log(await a()); async function b(x) { for (const y of await p([1, 2])) x += await p(y); return x } log(await b(1));
    async function c() { const { d = await p(7), ...e } = await p({ f: 1 }); return [d, e.f] } log(await c());
    async function g() { return await (await p(async () => await p(8)))() } log(await g()); async function h() { await await p(1); (await p(log))("called") } await h();
    async function i() { if (await p(false)) return 1; else if (await p(true)) return await p(2) } log(await i()); log(await (async () => await p(9))());
    async function j() { switch (await p(2)) { case await p(2): return "case" } } log(await j()); async function k() { return (await p(null))?.x ?? "none" } log(await k());`,
  "order of microtasks": `
    const tick = (n, name) => { let p = Promise.resolve(); for (let i = 1; i <= n; i++) p = p.then(() => log(name + i)) };
    async function none() { return 1 } async function one() { await null; return 1 } async function promise() { return Promise.resolve(1) }
    async function thenable() { return { then(r) { r(1) } } } async function nested() { return one() } const arrow = async () => promise();
    async function caught() { try { await Promise.reject(1) } catch { return 2 } finally { log("finally") } }
    async function fin() { try { return Promise.resolve(3) } finally { log("fin") } } async function* gen() { yield 1; yield Promise.resolve(2); return Promise.resolve(3) }
    for (const f of [none, one, promise, thenable, nested, arrow, caught, fin]) { tick(8, "t"); const p = f().then((v) => log(f.name, v)); log("after " + f.name); await p; await new Promise((r) => setTimeout(r, 1)) }
    tick(12, "g"); for await (const v of gen()) log("yielded", v); await new Promise((r) => setTimeout(r, 1));
    tick(9, "d"); const g = gen(); const all = [g.next(), g.next(), g.next(), g.return(9)].map((p) => p.then((r) => log(JSON.stringify(r)))); await Promise.all(all);`,
  "thenables": `
    const lazy = (v, how = "ok") => ({ then(yes, no) { log("then", how, arguments.length, this === undefined); if (how === "throws") throw v; return how === "no" ? no(v) : how === "twice" ? (yes(v), yes(9), no(8)) : yes(v) } });
    const tick = (name) => { let p = Promise.resolve(); for (let i = 1; i <= 8; i++) p = p.then(() => log(name + i)) };
    async function waits(v) { return [await v] } async function returns(v) { return v } class Sub extends Promise {} class Loud extends Promise { then(a, b) { log("Loud.then"); return super.then(a, b) } }
    const own = Promise.resolve("own"); own.then = () => log("never"); const proxied = new Proxy({}, { get(t, k) { log("get " + String(k)); return k === "then" ? (yes) => yes("proxied") : undefined } });
    const hidden = { get then() { throw "no then" } }, nested = lazy(lazy("inner")), callable = Object.assign(() => {}, { then(yes) { yes("callable") } });
    for (const f of [waits, returns]) for (const make of [() => lazy(1), () => lazy(2, "no"), () => lazy(3, "throws"), () => lazy(4, "twice"), () => Sub.resolve(5), () => Loud.resolve(6), () => own, () => proxied, () => hidden, () => nested, () => callable, () => ({ then: 1 })]) {
      tick("t"); f(make()).then((v) => log(f.name, JSON.stringify(v)), (e) => log(f.name, "failed", String(e))); await new Promise((r) => setTimeout(r, 1)) }
    function* g() { yield lazy(7, "g") } log(typeof g().next().value.then); for await (const v of [lazy(8), Loud.resolve(9)]) log(v);`,
  "errors": `
    function a() { throw Object.freeze(new TypeError("frozen")) } try { a() } catch (e) { log(e.message, e instanceof TypeError) }
    const thrown = Symbol("s"); function b() { throw thrown } try { b() } catch (e) { log(e === thrown) } function c() { throw undefined } try { c() } catch (e) { log(e) }
    async function d() { try { await Promise.reject(new Error("x")) } catch (e) { return e.message } } log(await d());
    function e() { try { return "try" } finally { log("finally") } } log(e()); function f() { for (;;) { try { break } finally { log("break") } } return "f" } log(f());
    function g() { try { throw 1 } catch { return "caught" } finally { return "finally" } } log(g()); function h() { l: for (const x of [1, 2]) { for (;;) continue l } return "h" } log(h());
    const getters = { get stack() { log("stack read"); return "" }, get message() { log("message read"); return "" } }; try { (() => { throw getters })() } catch (e) { log(e === getters) }
    const proxy = new Proxy({}, { getPrototypeOf() { return Error.prototype } }); try { (() => { throw proxy })() } catch (e) { log(e === proxy) }`,
  "generators": `
    function* a(n) { let got = 0; try { while (true) got = (yield n + got) ?? 0 } catch (e) { log("caught", e); yield "after" } finally { log("finally"); yield "last" } }
    const g = a(1); log(g.next(5), g.next(2), g.throw("boom"), g.return(7), g.next(), g.next()); const r = a(1); r.next(); log(r.return(3), r.next(), r.next());
    function* b() { const x = yield* c(); log("x", x); return yield } function* c() { yield 1; yield 2; return 3 } log([...b()]); log([...(function* () { yield* [1, [yield 2]] })()]);
    const i = { *[Symbol.iterator]() { yield this.v; yield arguments.length }, v: 4 }; log([...i]); const [first] = a(10); log(first);
    async function* d() { try { yield await Promise.resolve(1); yield* c(); yield* e() } finally { log("closed"); await null } } async function* e() { yield "e" }
    for await (const v of d()) { log(v); if (v === 2) break } const h = d(); log(await h.next(), await h.return("r"), await h.next()); log(await Array.fromAsync(d()));
    log(Object.getPrototypeOf(a).constructor.name, a.prototype instanceof Object, g instanceof a, typeof g.next);`,
  "for await": `
    async function a(it) { let s = ""; for await (const x of it) s += x; return s }
    log(await a([1, Promise.resolve(2)])); log(await a(new Set([3]))); await a(5).catch((e) => log(e.constructor.name)); await a(null).catch((e) => log(e.constructor.name));
    const it = { n: 0, [Symbol.asyncIterator]() { log("opened"); return { next: async () => ({ value: it.n, done: it.n++ > 2 }), return: async () => { log("returned"); return {} } } } };
    async function b() { l: for await (const x of it) { for (;;) { if (x > 1) break l; continue l } } return "b" } log(await b()); log(await a(it));
    async function c() { if (it) for await (const x of [6]) log(x); else log("no"); for await (const y of []) log(y); return "end" } log(await c());`,
  "using": `
    const open = (n) => ({ [Symbol.dispose]() { log("close " + n) } }); function a() { using x = open("x"), y = open("y"); log("in"); return "a" } log(a());
    async function b() { await using x = { async [Symbol.asyncDispose]() { await null; log("async close") } }; return "b" } log(await b());`,
  "sloppy code": `
    var o = { v: 1 }; function a() { return eval("var q = 2; q + 1") } log(a()); function b() { eval("function late() { return 4 }"); return late() } log(b());
    function c() { implicit = 5; return typeof implicit } log(c()); delete globalThis.implicit; function d(a, a) { return a } log(d(1, 2)); log(typeof (function () { return this })());
    function e() { return e.caller === null ? "null" : typeof e.caller } log(typeof e());
    function f() { if (true) { function inBlock() { return 2 } } return inBlock() } log(f());
    function g() { function late() { return 1 } eval("var late = 2"); return late } log(g()); function j() { function k() { return "outer" } if (true) function k() { return "inner" } return k() } log(j()); function l() { try { function m() { return 1 } } catch {} return typeof m } log(l());
    <!-- a comment of old
    const everything = new Proxy({ log }, { has: () => true, get: (t, k) => t[k] ?? (typeof k === "string" ? "got " + k : undefined) });
    with (everything) { log(anything); (() => { log(other) })() } function h() { with (everything) { return unknown } } log(h()); async function i() { with (everything) { await null; return missing } } log(await i());`,
  "getters, proxies, tags": `
    const o = new Proxy({}, { get: (t, k) => typeof k === "string" ? k + "!" : undefined, has: () => true }); log(o.x, "y" in o);
    const tag = (s, ...v) => s.raw.join("|") + v.join(); log(tag\`a\${1}b\${(() => 2)()}c\`); log([3, 1, 2].sort((a, b) => a - b), [1, 2].map((x) => ({ x })).length);
    const { a = () => "default", ...rest } = { b: () => "b" }; log(a(), a.name, rest.b()); (({ f = function () { return f.name } } = {}) => log(f()))(); log(((a, b) => a + b).length);
    const obj = { async *[Symbol.asyncIterator]() { yield 1 }, async a() { return await this.b() }, b: async () => 2, "quoted name"() { return 3 }, 4: () => 5, get [\`c\${1}\`]() { return 6 } };
    log(await obj.a(), obj["quoted name"](), obj[4](), obj.c1);`,
  "what enterWith sets": `
    const { AsyncLocalStorage } = process.getBuiltinModule("node:async_hooks"); const store = new AsyncLocalStorage();
    function set(v) { store.enterWith(v) } set("a"); log(store.getStore());
    async function early(v) { store.enterWith(v); await null; return store.getStore() } log(await early("b")); const p = early("c"); log(store.getStore()); await p; log(store.getStore());
    async function deep() { set("d"); await null; log(store.getStore()); set("e"); await inner(); log(store.getStore()) } async function inner() { await null; set("f") } await deep(); log(store.getStore());
    function* g() { set("g"); yield store.getStore(); yield store.getStore() } log([...g()], store.getStore());
    store.run("run", () => { set("h"); log(store.getStore()); set("i"); log(store.getStore()) }); log(store.getStore()); store.enterWith(undefined);`,
  "names of what is returned": `
    const a = () => () => {}, b = () => { return function () {} }, c = () => { return (class {}) }, d = () => { return async () => {} };
    for (const f of [a, b, c, d]) log(JSON.stringify(f().name)); const e = () => ({ f: () => {} }); log(e().f.name); const g = async () => () => {}; log(JSON.stringify((await g()).name));`,
  "code in odd places": `
    const o = { async async() { return await 1 }, await: 2, get: () => 3, set() { return 4 }, static: async () => 5, async get() { return 6 } };
    log(await o.async(), o.await, await o.get(), o.set(), await o.static()); class K { static async *gen() { yield* [1] } async "quoted"() { return 7 } static async() { return 8 } get get() { return 9 } set set(v) { log("set", v) } async
      get() { return "field" } }
    log(await Array.fromAsync(K.gen()), await new K().quoted(), K.async(), await new K().get()); new K().set = 1;
    label: { (() => { return })(); break label } for (const f = (x) => (x in { a: 1 }); ;) { log(f("a")); break } log((() => { return/x/.test("x") })(), (() => { return\t-1 })(), (() => { return"s" })());
    const t = (x) => x ? (y) => y : (z) => { throw z }; try { t(0)("thrown") } catch (e) { log(e) } log(t(1)(2)); do log("once"); while (false) (() => log("after"))(); async function m() { await(1); await[2]; await(async () => {})(); return await(3), 4 } log(await m());
    function lots() { switch (1) { case 1: { try { return "r" } catch { } finally { log("f") } } } } log(lots()); function swap() { try { throw new Error("a") } finally { return "swallowed" } } log(swap()); function rethrow() { try { return 1 } finally { throw "late" } } try { rethrow() } catch (e) { log(e) }`,
  "awaits in loops that have no block": `
    async function* ticks() { yield 1; yield 2 } let n = 0; async function a(on) { if (on) for await (const x of ticks()) n += x; else for await (const x of [Promise.resolve(5)]) n += x; return n } log(await a(true), await a(false));
    async function b() { outer: inner: for await (const x of ticks()) for await (const y of ticks()) { if (x === y) continue outer; log(x, y); break inner } return "b" } log(await b());
    async function* c() { try { for await (const x of ticks()) { const y = yield x; if (y) return y } } finally { log("done") } } const i = c(); log(await i.next(), await i.next("early"), await i.next()); for await (const x of c()) { log(x); break }`,
  "disposal that waits": `
    const later = (n) => ({ async [Symbol.asyncDispose]() { log("closing " + n); await null; log("closed " + n) } });
    async function a() { await using x = later("x"); log("a"); return "ra" } log(await a()); async function b() { { await using y = later("y"); } log("b"); for (await using z of [later("z")]) log("z"); return "rb" } log(await b());
    async function* c() { await using w = later("w"); yield 1; yield 2 } for await (const v of c()) { log(v); break }`,
  "scopes of parameters": `
    function a(x, f = () => x) { var x; const before = x; x = 2; return [before, x, f()] } log(a(1)); function b(f = () => typeof g) { var g = 1; return [f(), g] } log(b());
    const c = (x = (() => { try { return y } catch (e) { return e.name } })(), y = 1) => [x, y]; log(c()); function d({ e = (() => arguments.length)() } = {}, ...f) { return [e, f.length, arguments.length] } log(d(), d({}, 1, 2));
    function g(h) { try { return [i, typeof h] } catch (e) { return e.name } finally { log("tdz") } let i = 1 } log(g()); async function j(k = Promise.resolve(3)) { return await k } log(await j());
    const naïve = (ünï) => ünï * 2, $ = (_) => naïve(_), \\u0061bc = () => abc.name; log($(2), naïve.name, abc()); log(((a, b = a, [c = b] = []) => [a, b, c].join())(1));`,
  "private names, static blocks, computed keys": `
    const order = []; const key = (k) => { order.push(k); return k };
    class A { static #count = 0; #x = 1; static { this.made = (() => this.#count + 1)() } static has = (o) => #x in o; [key("one")]() { return this.#x++ } static [key("two")] = () => A.#count; get [key("three")]() { return this.#y() } #y() { return [this.#x, new.target] } async *#z() { yield await this.#x } all() { return Array.fromAsync(this.#z()) } static { order.push(this.name) } }
    const a = new A(); log(A.made, A.has(a), A.has({}), a.one(), A.two(), a.three, await a.all(), order); class B extends A { static s = super.has; t = async () => { await null; return super.one() }; u = () => () => new.target } log(B.s(new B()), await new B().t(), new B().u()());
    class C { static async m() { return this?.name } accessors = { get v() { return "v" }, set v(w) { log("set", w) } } } log(await C.m(), new C().accessors.v, new C().accessors.v = 2); const { m } = C; log(await m());
    debugger; outer: { inner: for (const x of /[\\p{L}--[a-z]]/v.test("É") ? [1] : []) { (() => log("v"))(); break outer } log("never") }`,
  "order of microtasks, ticks and timers": `
    await new Promise((r) => setTimeout(r, 1)); const at = (name) => () => log(name); setTimeout(at("timeout 0")); process.nextTick(at("tick")); queueMicrotask(at("microtask")); Promise.resolve().then(at("then"));
    async function a() { log("a"); await null; log("a 2"); process.nextTick(at("a tick")); await undefined; log("a 3") } const p = a(); log("called"); await p; await new Promise((r) => setTimeout(r, 5));
    const seen = []; const race = (n) => (async () => { for (let i = 0; i < 3; i++) { await null; seen.push(n + i) } })(); await Promise.all(["x", "y", "z"].map(race)); log(seen); log(await Promise.race([race("r").then(() => "slow"), null]));
    const thrown = async () => { throw new Error("e") }; const results = await Promise.allSettled([thrown(), (async () => { try { await thrown() } finally { log("finally") } })(), (() => Promise.reject(1))()]); log(results.map((r) => r.reason?.message ?? r.reason));`,
  "stack traces": `
    function names(error) { return error.stack.split("\\n").map((l) => /at (?:async )?(?:new )?([\\w$.<> ]+?) \\(/.exec(l)?.[1] ?? "").filter((n) => /^(?:[A-Z]\\.|Object\\.)?(?:deep|middle|top)$/.test(n)) }
    function deep() { return new Error("x") } function middle() { const e = deep(); return e } const top = () => { const e = middle(); return e }; log(names(top()));
    function hidden() { const e = {}; Error.captureStackTrace(e, hidden); return e } function shows() { const e = hidden(); return e } log(/hidden/.test(shows().stack), /shows/.test(shows().stack));
    const limit = Error.stackTraceLimit; Error.stackTraceLimit = 0; const none = deep(); log(String(none.stack).includes("deep")); Error.stackTraceLimit = limit;
    const rejecting = async () => { await null; throw new RangeError("late") }; try { await rejecting() } catch (e) { log(e.name, e.message, Object.keys(e), e.stack.startsWith === String.prototype.startsWith) }`,
};
