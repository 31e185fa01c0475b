// What a program can do with files on Deno, and what it gets.
const folder = await Deno.makeTempDir({ prefix: "ferret-files-" });
const path = `${folder}/a`;
await Deno.writeTextFile(path, "hello");
console.log(await Deno.readTextFile(path), Deno.readTextFileSync(path));
console.log((await Deno.readFile(path)).length, (await Deno.stat(path)).size);

const file = await Deno.open(path, { read: true, write: true });
console.log(
  await file.read(new Uint8Array(3)),
  file.readSync(new Uint8Array(9)),
);
await file.write(new Uint8Array([122]));
console.log((await file.stat()).isFile, file.statSync().size);
file.close();
const streamed = Deno.openSync(new URL(`file://${path}`));
let length = 0;
for await (const chunk of streamed.readable) length += chunk.length;
console.log(length);

await Deno.mkdir(`${folder}/sub`);
Deno.copyFileSync(path, `${folder}/b`);
await Deno.rename(`${folder}/b`, `${folder}/c`);
await Deno.symlink(path, `${folder}/link`);
const names: string[] = [];
for await (const entry of Deno.readDir(folder)) names.push(entry.name);
console.log(names.sort().join(), [...Deno.readDirSync(folder)].length);
const attempts = [
  () => Deno.readDir(`${folder}/none`)[Symbol.asyncIterator]().next(),
  async () => await Deno.readTextFile(`${folder}/none`),
  () => Promise.try(() => Deno.statSync(`${folder}/none`)),
];
for (const attempt of attempts) {
  await attempt().catch((error) => console.log(error.name, error.code));
}
const { name, length: parameters } = Deno.readTextFile;
console.log(
  name,
  parameters,
  Object.keys(Deno.readTextFile),
  Deno.readDir.length,
);
await Deno.remove(folder, { recursive: true });
