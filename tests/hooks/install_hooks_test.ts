import assert from "node:assert/strict";
import { test } from "node:test";
import { type Hook, type HookContext, HookUnavailable } from "../../src/hooks/hook.ts";
import { installHooks } from "../../src/hooks/install_hooks.ts";
import { runtimeName } from "../../src/runtime/self.ts";
import { Recording } from "../helpers/recording.ts";

/** Installs hooks, then loads what they wait for, and tells what they reported. */
function reportsOf(
  hooks: Hook[],
  config: { hooks?: string[]; noHooks?: string[] } = {},
): string[] {
  const recording = new Recording();
  const installs: (() => void)[] = [];
  const patches: { apply(source: string): unknown }[] = [];
  const packages: { patch(exports: unknown, path: string): unknown }[] = [];
  installHooks(hooks, {
    recorder: recording.recorder,
    config: { hooks: [], noHooks: [], ...config },
    onModule: (_names: string[], install: () => void) => void installs.push(install),
    patchSource: (patch) => void patches.push(patch),
    onPackage: (patch) => void packages.push(patch),
  } as Partial<HookContext> as HookContext);
  const load = [
    ...installs,
    ...patches.map(({ apply }) => () => apply("source")),
    ...packages.map(({ patch }) => () => patch({}, "path")),
  ];
  for (const step of load) {
    try {
      step();
    } catch {
      // What watches modules swallows it too.
    }
  }
  return recording.read().flatMap((record) =>
    record.type === "hook"
      ? [`${record.name} ${record.state}${record.reason && `: ${record.reason}`}`]
      : []
  );
}

function hook(name: string, install: Hook["install"]): Hook {
  return { name, runtimes: [runtimeName()], install };
}

test("installHooks() reports what became of each hook", () => {
  const nothing = () => {};
  const reports = reportsOf([
    hook("global", nothing),
    hook("module", ({ onModule }) => onModule(["fs"], nothing)),
    hook("broken module", ({ onModule }) =>
      onModule(["fs"], () => {
        throw new TypeError("no fs");
      })),
    hook("package", ({ onPackage }) => onPackage({ file: /x/, patch: nothing })),
    hook(
      "source",
      ({ patchSource }) => patchSource({ file: /x/, apply: (source) => source + "!" }),
    ),
    hook("unknown source", ({ patchSource }) => patchSource({ file: /x/, apply: () => undefined })),
    hook("broken", () => {
      throw new Error("cannot");
    }),
    hook("missing", () => {
      throw new HookUnavailable("needs a flag");
    }),
    { ...hook("elsewhere", nothing), runtimes: [] },
    hook("left out", nothing),
  ], { noHooks: ["left out"] });
  assert.deepEqual(reports, [
    "global active",
    "module waiting",
    "broken module waiting",
    "package waiting",
    "source waiting",
    "unknown source waiting",
    "broken failed: Error: cannot",
    "missing unavailable: needs a flag",
    "elsewhere unavailable: only on ",
    "left out off",
    "module active",
    "broken module failed: TypeError: no fs",
    "source active",
    "package active",
  ]);
});

test("installHooks() reports hooks of one name as one, and failures for good", () => {
  const part = (install: Hook["install"]) => hook("fs", install);
  const nothing = () => {};
  const fail = () => {
    throw new Error("half of it");
  };
  assert.deepEqual(
    reportsOf([
      { ...part(nothing), runtimes: [] },
      part(({ onModule }) => onModule(["fs"], nothing)),
      part(nothing),
      part(fail),
      part(nothing),
    ]),
    [
      "fs unavailable: only on ",
      "fs waiting",
      "fs active",
      "fs failed: Error: half of it",
    ],
  );
});

test("installHooks() installs only what --hook names", () => {
  const installed: string[] = [];
  const named = (name: string) => hook(name, () => void installed.push(name));
  const reports = reportsOf([named("a"), named("b")], { hooks: ["b"] });
  assert.deepEqual([installed, reports], [["b"], ["a off", "b active"]]);
});
