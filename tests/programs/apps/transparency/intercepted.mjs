// nock puts itself in the place of node:http and fetch.
import nock from "nock";
import http from "node:http";

nock.disableNetConnect();
nock("http://nowhere.invalid").get("/items").query({ q: "x" }).reply(200, { items: [1] }, {
  "x-from": "nock",
});
nock("http://nowhere.invalid").post("/items", { id: 2 }).replyWithError("refused");
const response = await new Promise((resolve, reject) => {
  http.get("http://nowhere.invalid/items?q=x", (message) => {
    let body = "";
    message.on("data", (chunk) => body += chunk);
    message.on("end", () => resolve([message.statusCode, message.headers["x-from"], body]));
  }).on("error", reject);
});
console.log(response.join(" "), nock.isDone(), nock.pendingMocks().join());
await new Promise((resolve) => {
  const request = http.request("http://nowhere.invalid/items", { method: "POST" }, resolve);
  request.on("error", (error) => resolve(console.log(error.message)));
  request.setHeader("content-type", "application/json");
  request.end(JSON.stringify({ id: 2 }));
});
nock("http://nowhere.invalid").get("/fetched").reply(404, "no");
const fetched = await fetch("http://nowhere.invalid/fetched");
console.log(fetched.status, await fetched.text());
nock.restore();
console.log(http.get.name, http.get.length, fetch.name);
