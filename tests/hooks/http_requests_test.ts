import assert from "node:assert/strict";
import { test } from "node:test";
import { HttpRequests } from "../../src/hooks/http_requests.ts";
import { createTestRecorder } from "../helpers/test_recorder.ts";

test("HttpRequests.begin() names a span after its method, and no method that it does not know", () => {
  const { recorder, ledger } = createTestRecorder();
  const requests = HttpRequests.of(recorder);
  const names = ["GET", "DELETE", "BREW", "get"].map((method) => {
    const open = requests.begin(method, "http://localhost/a");
    requests.end(open, 200);
    return open.endpoint.name;
  });
  assert.deepEqual(names, ["GET", "DELETE", "HTTP", "HTTP"]);
  ledger.assertBalanced();
});

test("HttpRequests.setRoute() puts the route into the name", () => {
  const { recorder } = createTestRecorder();
  const requests = HttpRequests.of(recorder);
  const open = requests.begin("GET", "http://localhost/users/7");
  requests.setRoute(open, "/users/:id");
  assert.equal(open.endpoint.name, "GET /users/:id");
  assert.equal(recorder.strings.textOf(open.span.nameId), "GET /users/:id");
  requests.setRoute(open, "/other");
  assert.equal(open.endpoint.name, "GET /other", "the last route is the one that answers");
});

test("HttpRequests keeps 256 addresses and serves the others without one", () => {
  const { recorder, ledger } = createTestRecorder();
  const requests = HttpRequests.of(recorder);
  const endpoints = new Set(Array.from({ length: 1000 }, (_, host) => {
    const open = requests.begin("GET", `http://host-${host}/a?b=1`);
    assert.equal(open.url.slice(open.pathFrom, open.pathTo), "/a");
    assert.equal(open.query, "b=1");
    requests.end(open, 200);
    return open.endpoint;
  }));
  assert.equal(endpoints.size, 256);
  const again = requests.begin("GET", "http://host-3/x");
  assert.equal(again.url.slice(again.pathFrom, again.pathTo), "/x");
  requests.end(again, 200);
  ledger.assertBalanced();
});

test("HttpRequests keeps 4096 routes of an endpoint; more leave the name as it is", () => {
  const { recorder } = createTestRecorder();
  const requests = HttpRequests.of(recorder);
  const nameOf = (route: string) => {
    const open = requests.begin("GET", "http://localhost/", route);
    requests.end(open, 200);
    return open.endpoint.name;
  };
  for (let i = 0; i < 4095; i++) nameOf(`/route/${i}`);
  assert.equal(nameOf("/last"), "GET /last");
  assert.equal(nameOf("/one-too-many"), "GET");
  assert.equal(nameOf("/last"), "GET /last");
});

test("HttpRequests.end() ends a request once", () => {
  const { recorder, ledger } = createTestRecorder();
  const requests = HttpRequests.of(recorder);
  const open = requests.begin("GET", "http://localhost/");
  requests.end(open, 200);
  requests.end(open, 500);
  requests.abort(open, 200);
  requests.fail(open, 500, new Error("late"));
  ledger.assertBalanced();
});
