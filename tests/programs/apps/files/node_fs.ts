// What a program can do with node:fs, and what it gets.
import fs, { createReadStream, existsSync, readFileSync } from "node:fs";
import { open, readFile } from "node:fs/promises";
import * as fsPromises from "fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ferret-files-"));
const file = path.join(folder, "a.txt");
const codeOf = (error: unknown) => (error as { code?: string }).code;
const show = (...values: unknown[]) => {
  console.log(...values.map((value) => String(value).replaceAll(folder, "")));
};

fs.writeFileSync(file, new TextEncoder().encode("hello world"));
show(existsSync(file), existsSync(`${file}x`), readFileSync(file, "utf8"));
show(readFileSync(new URL(`file://${file}`)).length);
show((await readFile(file)).length, (await fsPromises.stat(file)).size);
await new Promise<void>((done) => {
  fs.readFile(file, (error, data) => {
    show("read", error, data.length);
    done();
  });
});
await new Promise<void>((done) => {
  fs.readFile(`${file}x`, (error, data) => {
    show("not read", codeOf(error), data);
    done();
  });
});
show(
  await promisify(fs.exists)(file),
  await promisify(fs.readFile)(file, "utf8"),
);

const fd = fs.openSync(file, "r+");
const { bytesRead, buffer } = await promisify(fs.read)(
  fd,
  new Uint8Array(4),
  0,
  4,
  0,
);
show(bytesRead, buffer.length);
show(
  (await promisify(fs.write)(fd, new Uint8Array([120]), 0, 1, 0)).bytesWritten,
);
fs.closeSync(fd);

const handle = await open(file, "r");
show(
  (await handle.read(new Uint8Array(3), 0, 3, 0)).bytesRead,
  await handle.readFile("utf8"),
);
await handle.close();

for (
  const wrong of [
    () => fs.statSync(`${file}-no`),
    () => fs.readFileSync(undefined as never),
  ]
) {
  try {
    wrong();
  } catch (error) {
    show(codeOf(error), (error as Error).message);
  }
}
await fsPromises.readFile(`${file}-no`).catch((error) => show(codeOf(error), error.message));
try {
  (fs.readFile as unknown as (path: string) => void)(file);
} catch (error) {
  show(codeOf(error), (error as Error).message);
}
show(fs.realpathSync.native(file) === fs.realpathSync(file));
await new Promise<void>((done) => fs.realpath.native(file, () => done()));

await new Promise<void>((done) => {
  const stream = createReadStream(file, "utf8");
  show(stream.listenerCount("close"), Object.keys(stream).includes("_destroy"));
  stream.on("data", (text) => show("data", text, existsSync("/in-a-listener")));
  stream.on("close", () => done());
});
await new Promise<void>((done) => {
  const stream = fs.createWriteStream(path.join(folder, "w.txt"));
  stream.write("abc");
  stream.end("def");
  stream.on("close", () => {
    show(stream.bytesWritten, fs.statSync(path.join(folder, "w.txt")).size);
    done();
  });
});
await new Promise<void>((done) => {
  createReadStream(`${file}-no`).on("error", (error) => show(codeOf(error))).on(
    "close",
    done,
  );
});
const streamed = await open(file, "r");
let length = 0;
for await (const chunk of streamed.createReadStream()) length += chunk.length;
show(length);

fs.copyFileSync(file, `${file}2`);
fs.renameSync(`${file}2`, `${file}3`);
fs.symlinkSync(file, `${file}-link`);
show(fs.readdirSync(folder).join());
await fsPromises.cp(folder, `${folder}-copy`, { recursive: true });
fs.rmSync(`${folder}-copy`, { recursive: true });
for (
  const name of [
    "readFile",
    "existsSync",
    "realpath",
    "createReadStream",
  ] as const
) {
  const fn = fs[name] as unknown as { name: string; length: number };
  show(fn.name, fn.length, Object.keys(fn).join());
}
show(
  fs.promises === (fsPromises as unknown as { default: unknown }).default,
  Object.keys(fs).length,
  Object.keys(fs.promises).length,
);
fs.rmSync(folder, { recursive: true });
