/**
 * Looks at a comparison that goes on: what they cost in false alarms, and what
 * they find.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { earlyLook, type Look, planLooks } from "../../../src/analysis/compare/sequential.ts";
import { judgeRounds } from "../../../src/analysis/compare/sequential_judgement.ts";
import { settleQuestions, WHOLE_RUN } from "../../../src/analysis/compare/sequential_questions.ts";
import type { NameProfile, RunProfile } from "../../../src/model/run_profile.ts";
import { parseSelector } from "../../../src/model/selector.ts";
import { Random } from "../../faults/random.ts";

test("planLooks() spends the level and no more, and looks at the end", () => {
  for (const maxRounds of [1, 2, 5, 9, 10, 11, 12, 13, 40, 41, 1000]) {
    for (const questions of [1, 3, 100]) {
      const looks = planLooks({ maxRounds, alpha: 0.01, questions });
      assert.ok(Math.abs(sum(looks) - 0.01) < 1e-12, `${maxRounds} rounds`);
      assert.equal(looks.at(-1)!.rounds, maxRounds);
      const rounds = looks.map((look) => look.rounds);
      assert.deepEqual(rounds, [...new Set(rounds)].sort((a, b) => a - b));
    }
  }
});

test("planLooks() looks first when pairs that all agree prove something, not earlier", () => {
  const first = (alpha: number, questions: number) => {
    const [look] = planLooks({ maxRounds: 40, alpha, questions });
    return { rounds: look!.rounds, isEnough: 2 * 2 ** -look!.rounds * questions <= look!.alpha };
  };
  assert.deepEqual(first(0.01, 1), { rounds: 10, isEnough: true });
  assert.deepEqual(first(0.01, 3), { rounds: 12, isEnough: true });
  assert.deepEqual(first(0.2, 1), { rounds: 7, isEnough: true });
  // What nothing can decide is looked at once.
  assert.deepEqual(planLooks({ maxRounds: 5, alpha: 0.01, questions: 3 }).length, 1);
});

test("planLooks() refuses no rounds", () => {
  for (const maxRounds of [0, -1, 1.5, NaN]) {
    assert.throws(() => planLooks({ maxRounds, alpha: 0.01, questions: 1 }), RangeError);
  }
});

test("earlyLook() gets what the next look would have got, and only where rounds are new", () => {
  const looks = [{ rounds: 10, alpha: 0.002 }, { rounds: 14, alpha: 0.001 }];
  assert.deepEqual(earlyLook(looks, 12), { rounds: 12, alpha: 0.001 });
  assert.deepEqual(earlyLook(looks, 4), { rounds: 4, alpha: 0.002 });
  assert.equal(earlyLook(looks, 10), undefined);
  assert.equal(earlyLook(looks, 1), undefined);
  assert.equal(earlyLook([], 3), undefined);
});

test("looks at equal programs raise false alarms as seldom as they promise", () => {
  const alpha = 0.1;
  const comparisons = 150;
  let alarms = 0;
  let naiveAlarms = 0;
  for (let n = 0; n < comparisons; n++) {
    const { base, head } = drawRounds(40, new Random("equal", n), 1);
    const { looks, questions } = plan(base, head, alpha);
    if (looks.some((look) => isAlarm(base, head, { look, questions }))) alarms++;
    // The same looks, each at the full level: what peeking does.
    const peeks = looks.map(({ rounds }) => ({ rounds, alpha }));
    if (peeks.some((look) => isAlarm(base, head, { look, questions }))) naiveAlarms++;
  }
  assert.ok(alarms <= alpha * comparisons, `${alarms} of ${comparisons}`);
  assert.ok(naiveAlarms > alpha * comparisons, `peeking: ${naiveAlarms} of ${comparisons}`);
});

test("looks find a tenth more time in runs that vary by a twentieth", () => {
  let found = 0;
  for (let n = 0; n < 20; n++) {
    const { base, head } = drawRounds(40, new Random("slower", n), 1.1);
    const { looks, questions } = plan(base, head, 0.01);
    if (looks.some((look) => isAlarm(base, head, { look, questions }))) found++;
  }
  assert.ok(found >= 18, `${found} of 20`);
});

test("settleQuestions() asks about requests, else root spans, else the whole run", () => {
  const names = [
    nameProfile("load", { scope: "module" }),
    nameProfile("work", { scope: "function" }),
    nameProfile("GET /", { scope: "http.server", kind: "server" }),
  ];
  const keysOf = (...kept: number[]) => {
    const run = runProfile(kept.map((at) => names[at]!));
    return settleQuestions([run, run], { span: undefined, quantities: undefined }).keys;
  };
  assert.deepEqual(keysOf(0, 1, 2), [{ name: "GET /", scope: "http.server" }]);
  assert.deepEqual(keysOf(0, 1), [{ name: "work", scope: "function" }]);
  assert.deepEqual(keysOf(0), [WHOLE_RUN]);
  assert.deepEqual(keysOf(), [WHOLE_RUN]);
  const span = parseSelector("nothing");
  const run = runProfile(names);
  assert.deepEqual(settleQuestions([run], { span, quantities: undefined }).keys, []);
});

test("settleQuestions() counts the answers that there can be", () => {
  const run = runProfile([nameProfile("often", { count: 100 }), nameProfile("once", { count: 1 })]);
  const { count } = settleQuestions([run, run], { span: undefined, quantities: undefined });
  // p50, p99 and mean of the one, the mean of the other.
  assert.equal(count, 4);
});

test("judgeRounds() leaves out what can never be answered, unless it was asked for", () => {
  const runs = Array.from({ length: 12 }, () => runProfile([nameProfile("once", { count: 1 })]));
  const judge = (explicit: boolean) => {
    const all = settleQuestions(runs, { span: undefined, quantities: undefined });
    const questions = { ...all, isExplicit: explicit };
    const rounds = { base: { label: "a", profiles: runs }, head: { label: "b", profiles: runs } };
    return judgeRounds(rounds, { rounds: 12, alpha: 0.01 }, { questions, margin: 0.05 });
  };
  assert.deepEqual(judge(false).rows.map(({ quantity }) => quantity.kind), ["avg"]);
  assert.equal(judge(false).verdict, "pass");
  assert.equal(judge(true).rows.length, 3);
  assert.equal(judge(true).verdict, "inconclusive");
});

test("judgeRounds() compares whole runs where there are no spans", () => {
  const run = (ms: number) => runProfile([], ms);
  const runs = (from: number) => Array.from({ length: 12 }, (_, i) => run(from + i));
  const sides = [runs(100), runs(200)] as const;
  const questions = settleQuestions([sides[0][0]!, sides[1][0]!], {
    span: undefined,
    quantities: undefined,
  });
  const rounds = {
    base: { label: "a", profiles: sides[0] },
    head: { label: "b", profiles: sides[1] },
  };
  const report = judgeRounds(rounds, { rounds: 12, alpha: 0.01 }, { questions, margin: 0.05 });
  assert.equal(report.verdict, "fail");
  assert.deepEqual(report.rows.map(({ name, verdict }) => [name, verdict]), [
    [WHOLE_RUN.name, "slower"],
  ]);
});

function sum(looks: readonly Look[]): number {
  return looks.reduce((total, { alpha }) => total + alpha, 0);
}

interface Rounds {
  base: RunProfile[];
  head: RunProfile[];
}

function plan(base: readonly RunProfile[], head: readonly RunProfile[], alpha: number) {
  const wishes = { span: undefined, quantities: undefined };
  const questions = settleQuestions([base[0]!, head[0]!], wishes);
  return {
    questions,
    looks: planLooks({ maxRounds: base.length, alpha, questions: questions.count }),
  };
}

function isAlarm(
  base: readonly RunProfile[],
  head: readonly RunProfile[],
  { look, questions }: { look: Look; questions: ReturnType<typeof settleQuestions> },
): boolean {
  const rounds = {
    base: { label: "a", profiles: base.slice(0, look.rounds) },
    head: { label: "b", profiles: head.slice(0, look.rounds) },
  };
  return judgeRounds(rounds, look, { questions, margin: 0.05 }).rows
    .some(({ verdict }) => verdict === "slower" || verdict === "faster");
}

/**
 * Runs on a machine that gets slower, with noise that has heavy tails. The two
 * names of a run have half of their noise in common.
 */
function drawRounds(count: number, random: Random, factor: number): Rounds {
  const rounds: Rounds = { base: [], head: [] };
  let drift = 0;
  for (let n = 0; n < count; n++) {
    for (const side of random.chance(0.5) ? ["base", "head"] as const : ["head", "base"] as const) {
      drift = 0.8 * drift + 0.02 * heavyTailed(random) + 0.001;
      const common = drift + 0.02 * heavyTailed(random);
      const names = ["GET /", "GET /users"].map((name) => {
        const ns = 1e7 * Math.exp(common + 0.02 * heavyTailed(random)) *
          (side === "head" ? factor : 1);
        return nameProfile(name, { scope: "http.server", kind: "server", ns });
      });
      rounds[side].push(runProfile(names));
    }
  }
  return rounds;
}

/** Student's t with 3 degrees of freedom. */
function heavyTailed(random: Random): number {
  const normal = () =>
    Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return normal() / Math.sqrt((normal() ** 2 + normal() ** 2 + normal() ** 2) / 3);
}

function nameProfile(
  name: string,
  { scope = "function", kind = "internal", count = 1, ns = 1e6 } = {},
): NameProfile {
  return {
    name,
    scope,
    kind,
    count,
    errors: 0,
    roots: count,
    totalNs: ns * count,
    selfNs: ns * count,
    minNs: ns,
    maxNs: ns,
    percentilesNs: { "50": ns, "90": ns, "95": ns, "99": ns, "99.9": ns },
    blocks: [],
    blockErrors: [],
  };
}

function runProfile(names: readonly NameProfile[], ms = 100): RunProfile {
  return {
    origin: {
      runId: "run",
      n: 1,
      status: "complete",
      startedAtMs: 0,
      durationNs: ms * 1e6,
      command: "app.ts",
      args: [],
      runtime: "bun",
      runtimeVersion: "1.4.5",
      ferretVersion: "0.1.0",
      host: "host",
      os: "Linux",
      cpuCount: 2,
      gitCommit: undefined,
      gitBranch: undefined,
      labels: {},
      exitCode: 0,
    },
    issued: names.length,
    lost: 0,
    unfinished: 0,
    sampledShare: 1,
    names,
  };
}
