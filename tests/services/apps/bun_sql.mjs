import process from "node:process";
import { SQL, sql as standard } from "bun";
import { inSpan, told } from "./in_span.mjs";

const [, , postgresPort, mariadbPort] = process.argv;
const sql = new SQL(`postgres://ferret@127.0.0.1:${postgresPort}/postgres`, {
  max: 1,
});
process.on(
  "unhandledRejection",
  (error) => console.log("unhandled", error.message),
);
console.log(
  sql instanceof SQL,
  sql.constructor === SQL,
  SQL.name,
  SQL.length,
  typeof standard,
);
console.log(
  standard === Bun.sql,
  SQL === Bun.SQL,
  Object.keys(SQL).length,
  standard.name,
);

await inSpan("queries", async () => {
  await sql`drop table if exists bun_things`;
  await sql`create table ${sql("bun_things")} (id int primary key, name text)`;
  const lazy = sql`select 'never begun'`;
  console.log(lazy instanceof Promise);
  const rows = [{ id: 1, name: "Secret" }, { id: 2, name: "b" }];
  console.log((await sql`insert into bun_things ${sql(rows)}`).count);
  const isSecret = sql`name = ${"Secret"}`;
  console.log(
    await sql`select * from bun_things where ${isSecret} and id in ${sql([1, 2])}`,
  );
  console.log(await sql`select * from bun_things`.values());
  console.log(
    (await sql.unsafe("select name from bun_things where name = 'Secret'"))
      .length,
  );
  await sql`insert into bun_things values (1, 'Secret')`.catch((error) => console.log(told(error)));
  await sql`select 1 as a; select 2 as b`.simple().then((results) => console.log(results.length));
});

await inSpan("transactions", async () => {
  const result = await sql.begin(async (transaction) => {
    await transaction`update bun_things set name = 'x' where id = 1`;
    await transaction.savepoint((inner) => inner`select 1 from bun_things`);
    return await transaction`delete from bun_things where id = 2`;
  });
  console.log(result.count);
  const failing = sql.begin(async (transaction) => await transaction`select 'Secret'::int`);
  await failing.catch((error) => console.log(told(error)));
});

await Promise.all(["first", "second"].map((name) =>
  inSpan(name, async () => {
    await sql`select pg_sleep(0.01)`;
    await sql`select count(*) from bun_things where name = ${name}`;
  })
));
sql`select * from nowhere`.execute();
await sql`select 1`;
await sql.close();

await inSpan("others", async () => {
  const mariadb = new SQL(`mysql://root@127.0.0.1:${mariadbPort}/mysql`);
  console.log(await mariadb`select ${1} as x, "Secret" as y`);
  await mariadb`select * from nowhere`.catch((error) => console.log(told(error)));
  await mariadb.close();
  const sqlite = new SQL("sqlite://:memory:");
  await sqlite`create table t (a)`;
  await sqlite`insert into t values (${1}), ('Secret')`;
  console.log(await sqlite`select * from t`);
  await sqlite.close();
});
