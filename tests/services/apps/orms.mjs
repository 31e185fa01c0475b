import process from "node:process";
import { drizzle } from "drizzle-orm/node-postgres";
import { eq } from "drizzle-orm";
import { integer, pgTable, text } from "drizzle-orm/pg-core";
import { Kysely, MysqlDialect } from "kysely";
import mysql from "mysql2";
import pg from "pg";
import { inSpan } from "./in_span.mjs";

const [, , postgresPort, mariadbPort] = process.argv;

await inSpan("drizzle", async () => {
  const pool = new pg.Pool({
    host: "127.0.0.1",
    port: Number(postgresPort),
    user: "ferret",
    database: "postgres",
  });
  const orders = pgTable("orders", { id: integer(), name: text() });
  const database = drizzle(pool);
  await database.execute(
    'drop table if exists orders; create table "orders" (id int, name text)',
  );
  await database.insert(orders).values([{ id: 1, name: "Secret" }, {
    id: 2,
    name: "b",
  }]);
  console.log(
    await database.select().from(orders).where(eq(orders.name, "Secret")),
  );
  await database.transaction(async (transaction) => {
    await transaction.update(orders).set({ name: "Secret" }).where(
      eq(orders.id, 2),
    );
  });
  await pool.end();
});

await inSpan("kysely", async () => {
  const pool = mysql.createPool({
    host: "127.0.0.1",
    port: Number(mariadbPort),
    user: "root",
    database: "mysql",
  });
  const database = new Kysely({ dialect: new MysqlDialect({ pool }) });
  await database.schema.createTable("pets").temporary().addColumn(
    "id",
    "integer",
  ).execute();
  await database.insertInto("pets").values({ id: 42 }).execute();
  console.log(
    await database.selectFrom("pets").selectAll().where("id", "=", 42)
      .execute(),
  );
  await database.destroy();
});
