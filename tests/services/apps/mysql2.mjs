import process from "node:process";
import mysql from "mysql2";
import promises from "mysql2/promise";
import { inSpan, told } from "./in_span.mjs";

const server = {
  host: "127.0.0.1",
  port: Number(process.argv[2]),
  user: "root",
};
const database = "shop";

await inSpan("queries", async () => {
  const first = await promises.createConnection(server);
  await first.query("create database if not exists shop");
  await first.end();
  const connection = await promises.createConnection({
    ...server,
    database,
    multipleStatements: true,
  });
  await connection.query(
    "drop table if exists users; create table users (id int primary key, name varchar(50))",
  );
  const [inserted] = await connection.query(
    "insert into users values (?, ?), (2, 'Secret')",
    [1, "Secret"],
  );
  console.log(inserted.affectedRows, inserted.constructor.name);
  console.log(
    (await connection.execute("select * from users where name = ?", [
      "Secret",
    ]))[0],
  );
  console.log(
    (await connection.query({ sql: "select 1 as x", rowsAsArray: true }))[0],
  );
  for (
    const bad of ["selec 'Secret'", 'insert into users values (1, "Secret")']
  ) {
    await connection.query(bad).catch((error) => console.log(told(error), error.sqlState));
    await connection.execute(bad).catch((error) => console.log(told(error), error.errno));
  }
  const statement = await connection.prepare(
    "select * from users where id > ?",
  );
  console.log((await statement.execute([0]))[0].length);
  await statement.close();
  await connection.beginTransaction();
  await connection.query("update users set name = 'x' where id = 1");
  await connection.commit();
  await connection.end();
});

await inSpan("callbacks", async () => {
  const connection = mysql.createConnection({ ...server, database });
  await new Promise((resolve) => {
    connection.query("select 1 as x", (error, rows, fields) => {
      console.log(error, rows, fields.length);
      connection.execute("select ? as y", [2], (_error, inner) => {
        console.log(inner);
        connection.query(
          "select nothing",
          (failure) => resolve(console.log(told(failure))),
        );
      });
    });
  });
  const query = connection.query("select * from users");
  query.on("result", (row) => console.log("row", row));
  await new Promise((resolve) => query.on("end", resolve));
  let sum = 0;
  for await (const { id } of connection.query("select * from users").stream()) {
    sum += id;
  }
  console.log(sum);
  const bad = connection.query("select nothing");
  bad.on("error", (error) => console.log("event", told(error)));
  await new Promise((resolve) => bad.on("end", resolve));
  await new Promise((resolve) => connection.end(resolve));
});

const pool = promises.createPool({ ...server, database, connectionLimit: 1 });
await pool.query("select 0");
await Promise.all(["first", "second"].map((name) =>
  inSpan(name, async () => {
    await pool.query("select count(*) from users");
    await new Promise((resolve) => pool.pool.query("select sleep(0.01)", resolve));
    await pool.execute("select name from users where name = ?", [name]);
  })
));
await pool.end();
