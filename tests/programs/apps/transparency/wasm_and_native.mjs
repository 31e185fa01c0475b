// WebAssembly with its glue, and an addon.
import { crc32, crc32c } from "@node-rs/crc32";
import { init, parse } from "es-module-lexer";
import { SourceMapConsumer } from "source-map";

await init;
const parsed = parse("import a from 'b'; export { a as c }; export const d = () => import('e');");
console.log(JSON.stringify(parsed));
try {
  parse("import 'unfinished", "file.js");
} catch (error) {
  console.log(error.message);
}
const map = {
  version: 3,
  sources: ["in.js"],
  names: ["n"],
  mappings: ";IAAEA;;IACAA",
  file: "out.js",
};
console.log(
  await SourceMapConsumer.with(
    map,
    null,
    (consumer) => JSON.stringify(consumer.originalPositionFor({ line: 4, column: 4 })),
  ),
);
console.log(
  crc32("ferret"),
  crc32c(new TextEncoder().encode("ferret")),
  crc32.name,
  typeof crc32.toString(),
);
try {
  crc32({});
} catch (error) {
  console.log(error.constructor.name, error.code);
}
