import { AsyncLocalStorage } from "node:async_hooks";
import process from "node:process";
import pg from "pg";
import Cursor from "pg-cursor";
import QueryStream from "pg-query-stream";
import { inSpan, told } from "./in_span.mjs";

const server = {
  host: "127.0.0.1",
  port: Number(process.argv[2]),
  user: "ferret",
};
const database = "postgres";

await inSpan("queries", async () => {
  const client = new pg.Client({ ...server, database });
  console.log((await client.connect()) === client);
  const made = await client.query(
    "drop table if exists pg_users; create table pg_users (id int primary key, name text)",
  );
  console.log(made.map(({ command }) => command));
  const inserted = await client.query(
    "insert into pg_users values ($1, $2), (2, 'Secret')",
    [1, "Secret"],
  );
  console.log(
    inserted.rowCount,
    Object.getPrototypeOf(inserted).constructor.name,
  );
  const text = "select * from pg_users where name = 'Secret' and id in (1, 2)";
  console.log((await client.query({ text, rowMode: "array" })).rows);
  console.log(
    (await client.query({ name: "named", text: "select $1::int as x" }, [7]))
      .rows,
  );
  await client.query("insert into pg_users values (1, 'Secret')").catch((
    error,
  ) => console.log(told(error)));
  await client.query("select 'Secret'::int").catch((error) => console.log(told(error)));
  try {
    client.query(null);
  } catch (error) {
    console.log(told(error));
  }
  const unhandled = new Promise((resolve) => process.once("unhandledRejection", resolve));
  client.query("select * from nowhere");
  console.log("unhandled", told(await unhandled));
  await client.end();
});

const storage = new AsyncLocalStorage();
await inSpan("callbacks", async () => {
  const client = new pg.Client({ ...server, database });
  await storage.run("connect", () => new Promise((resolve) => client.connect(resolve)));
  await new Promise((resolve) => {
    client.query("select 1 as x", function (error, result) {
      // Not ours to change, strange as it is.
      console.log(storage.getStore());
      console.log(this === undefined, error, result.rows);
      client.query(
        { text: "select $1::int as y", values: [2] },
        (_error, inner) => {
          console.log(inner.rows);
          client.query(
            "select * from nowhere",
            (failure) => resolve(console.log(told(failure))),
          );
        },
      );
    });
  });
  await client.end();
});

await inSpan("streams", async () => {
  const client = new pg.Client({ ...server, database });
  await client.connect();
  const cursor = client.query(
    new Cursor("select * from pg_users where id > $1", [0]),
  );
  console.log((await cursor.read(1)).length, (await cursor.read(10)).length);
  await cursor.close();
  let sum = 0;
  for await (
    const { n } of client.query(
      new QueryStream("select generate_series(1, 5) as n"),
    )
  ) sum += n;
  console.log(sum);
  const query = client.query(new pg.Query("select 9 as n"));
  query.on("row", (row) => console.log(row));
  await new Promise((resolve) => query.on("end", resolve));
  await client.end();
});

const pool = new pg.Pool({ ...server, database, max: 1 });
await pool.query("select 0");
await Promise.all(["first", "second"].map((name) =>
  inSpan(name, async () => {
    await pool.query("select count(*) from pg_users");
    await new Promise((resolve) => pool.query("select pg_sleep(0.01)", resolve));
    const client = await pool.connect();
    await client.query("begin");
    await client.query("update pg_users set name = $1", [name]);
    await client.query("commit");
    client.release();
  })
));
await pool.end();
const { query } = pg.Client.prototype;
console.log(
  query.name,
  query.length,
  query.toString().slice(0, 5),
  Object.keys(pg.Client.prototype),
);
