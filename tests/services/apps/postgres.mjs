import process from "node:process";
import postgres from "postgres";
import { inSpan, told } from "./in_span.mjs";

const sql = postgres({
  host: "127.0.0.1",
  port: Number(process.argv[2]),
  user: "ferret",
  database: "postgres",
  max: 1,
  fetch_types: false,
  onnotice() {},
});
process.on(
  "unhandledRejection",
  (error) => console.log("unhandled", error.message),
);

await inSpan("queries", async () => {
  await sql`drop table if exists ${sql("things")}`;
  await sql`create table things (id int primary key, name text)`;
  const lazy = sql`select 'never begun'`;
  console.log(lazy instanceof Promise, Object.keys(lazy).includes("handle"));
  const rows = [{ id: 1, name: "Secret" }, { id: 2, name: "b" }];
  console.log((await sql`insert into things ${sql(rows)}`).count);
  console.log([
    ...await sql`select * from things where name = ${"Secret"} and id in ${sql([1, 2])}`,
  ]);
  console.log([...await sql`select * from things`.values()]);
  console.log(
    (await sql.unsafe("select name from things where name = 'Secret'")).length,
  );
  await sql`insert into things values (1, 'Secret')`.catch((error) => console.log(told(error)));
  const several = await sql`select 1 as a; select 2 as b`.simple();
  console.log(several.map((result) => [...result]));
});

await inSpan("loops", async () => {
  let sum = 0;
  await sql`select generate_series(1, 4) as n`.forEach(({ n }) => sum += n);
  for await (const rows of sql`select generate_series(1, 5) as n`.cursor(2)) {
    sum += rows.length;
  }
  for await (const _rows of sql`select generate_series(1, 5) as n`.cursor(2)) {
    break;
  }
  await sql`select generate_series(1, 5) as n`.cursor(
    2,
    (rows) => void (sum += rows.length),
  );
  console.log(sum);
});

await inSpan("transactions", async () => {
  const result = await sql.begin(async (transaction) => {
    await transaction`update things set name = 'x' where id = 1`;
    await transaction.savepoint((inner) => inner`select 1 from things`);
    return transaction`delete from things where id = 2`;
  });
  console.log(result.count);
  const failing = sql.begin(async (transaction) => await transaction`select 'Secret'::int`);
  await failing.catch((error) => console.log(told(error)));
});

await Promise.all(["first", "second"].map((name) =>
  inSpan(name, async () => {
    await sql`select pg_sleep(0.01)`;
    await sql`select count(*) from things where name = ${name}`;
  })
));

sql`select * from nowhere`.execute();
await sql`select 1`;
await sql.end();
