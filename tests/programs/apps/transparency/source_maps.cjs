// Compiled code with maps: by sucrase through a hook of require, by source-map-support, by terser.
require("source-map-support/register");
const { addHook } = require("pirates");
const { transform } = require("sucrase");
const { SourceMapConsumer, SourceMapGenerator, SourceNode } = require("source-map");
const { minify } = require("terser");

const { code } = transform(
  "enum Kind { A = 1 }\nexport const f = (x: number): string => `${Kind[x]}`;\nexport class K<T> { constructor(private readonly t: T) {} }",
  { transforms: ["typescript", "imports"] },
);
const module_ = { exports: {} };
new Function("exports", "module", code)(module_.exports, module_);
console.log(module_.exports.f(1), Object.keys(new module_.exports.K(3)).join());
const generator = new SourceMapGenerator({ file: "out.js" });
for (let line = 1; line <= 3; line++) {
  generator.addMapping({
    source: "in.js",
    original: { line, column: 2 },
    generated: { line: line * 2, column: 4 },
    name: `n${line}`,
  });
}
const node = new SourceNode(1, 0, "a.js", ["one", new SourceNode(2, 0, "a.js", "two")])
  .toStringWithSourceMap({ file: "b.js" });
console.log(generator.toString(), node.code, node.map.toString().length);
(async () => {
  await SourceMapConsumer.with(generator.toJSON(), null, (consumer) => {
    console.log(JSON.stringify(consumer.originalPositionFor({ line: 4, column: 5 })));
    let count = 0;
    consumer.eachMapping(() => count++);
    console.log(count);
  });
  const small = await minify(
    "function add(first, second) { if (false) never(); return first + second } console.log(add(1, 2), (() => { const x = { a: 1 }; return x.a })())",
    { sourceMap: true, toplevel: true },
  );
  console.log(small.code, small.map);
})();
