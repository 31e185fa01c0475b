import { DuckDBInstance } from "@duckdb/node-api";
import { inSpan, told } from "./in_span.mjs";

const instance = await DuckDBInstance.create(":memory:");
const connection = await instance.connect();

await inSpan("queries", async () => {
  await connection.run("create table t (a int, b text)");
  const inserted = await connection.run(
    "insert into t values (1, 'Secret'), (2, $x)",
    { x: "y" },
  );
  console.log(inserted.rowsChanged);
  const reader = await connection.runAndReadAll(
    "select * from t where b = 'Secret'",
  );
  console.log(
    reader.getRowObjects(),
    (await connection.run("select * from t")).rowCount,
  );
  const statement = await connection.prepare("select * from t where a = $1");
  statement.bindInteger(1, 2);
  console.log((await statement.runAndReadAll()).getRows());
  let count = 0;
  const stream = await connection.stream("select * from range(5000)");
  for await (const rows of stream.yieldRows()) count += rows.length;
  console.log(count);
  const script = await connection.extractStatements(
    "insert into t values (3, 'z'); from t",
  );
  for (let i = 0; i < script.count; i++) {
    console.log((await (await script.prepare(i)).runAndReadAll()).getRows());
  }
  await connection.run("select 'Secret'::int").catch((error) => console.log(told(error)));
  await connection.prepare("select nothing").catch((error) => console.log(told(error)));
});
connection.closeSync();
instance.closeSync();
