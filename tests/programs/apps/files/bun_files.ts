// What a program can do with files on Bun, and what it gets.
import { file, write } from "bun";

const folder = `${process.env.TMPDIR ?? "/tmp"}/ferret-files-${process.pid}`;
const path = `${folder}/a.json`;
console.log(
  await Bun.write(path, '{"a":1}'),
  await write(Bun.file(`${path}2`), Bun.file(path)),
);
const json = file(path);
console.log(
  await json.text(),
  await json.json(),
  (await json.arrayBuffer()).byteLength,
);
console.log(
  (await json.bytes()).length,
  await json.exists(),
  (await json.stat()).size,
  json.size,
);
console.log(await json.slice(0, 3).text(), await new Response(json).text());
console.log(
  await new Blob(["a blob"]).text(),
  json.name === path,
  json instanceof Blob,
);
let length = 0;
for await (const chunk of json.stream()) length += chunk.length;
console.log(length);

const writer = Bun.file(`${folder}/written`).writer();
writer.write("hello");
writer.write(" there");
console.log(
  await writer.end(),
  Object.keys(writer),
  await Bun.file(`${folder}/written`).text(),
);
const missing = Bun.file(`${folder}/none`);
await missing.text().catch((error) => console.log(error.code));
console.log(
  await missing.exists(),
  Bun.file.length,
  Bun.file.name,
  Bun.write.name,
);
for (const name of [`${path}2`, path, `${folder}/written`]) {
  await Bun.file(name).delete();
}
