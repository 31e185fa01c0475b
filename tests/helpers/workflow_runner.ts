/**
 * Runs the steps of GitHub's workflows and composite actions here: each `run`
 * in bash as the runner starts it, with its files, its expressions and its
 * order. Actions of others are left out.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { parse } from "yaml";
import { evaluate, type ExpressionContext, interpolate } from "./workflow_expressions.ts";
import { readGithubLog, readGithubOutputs, type WorkflowCommand } from "./github_runner.ts";

/** A step of a workflow or of an action. */
interface Step {
  id?: string;
  name?: string;
  if?: string;
  uses?: string;
  run?: string;
  with?: Record<string, string>;
  env?: Record<string, string>;
  "working-directory"?: string;
}

/** A composite action. */
interface Action {
  inputs: Record<string, { default?: string }>;
  outputs: Record<string, { value: string }>;
  runs: { steps: Step[] };
}

/** Where steps run, and with what. */
export interface RunnerOptions {
  /** The repository; steps begin here. */
  workspace: string;
  /** An empty folder for the runner's own files. */
  temp: string;
  /** Folder of an action that is used as `./…`. Default: below the workspace. */
  actions?: string;
  github?: Record<string, unknown>;
  env?: Readonly<Record<string, string>>;
  /** Outputs of actions of others, by the ids of their steps. */
  outputs?: Readonly<Record<string, Record<string, string>>>;
}

/** What became of a step that ran. */
export interface StepResult {
  name: string;
  exitCode: number;
  /** What it printed, commands included. */
  log: string;
  commands: WorkflowCommand[];
  summary: string;
  outputs: Record<string, string>;
}

/** What became of all of them. */
export interface RunnerResult {
  /** 0, or that of the step that failed. */
  exitCode: number;
  steps: StepResult[];
  outputs: Record<string, string>;
}

/** Runs a composite action with inputs as a workflow gives them. */
export function runAction(
  folder: string,
  inputs: Readonly<Record<string, string>>,
  options: RunnerOptions,
): RunnerResult {
  const action = parse(readFileSync(join(folder, "action.yml"), "utf8")) as Action;
  for (const name of Object.keys(inputs)) {
    if (!(name in action.inputs)) throw new Error(`Unexpected input '${name}'`);
  }
  const base = contextOf(options);
  const given = Object.fromEntries(
    Object.entries(action.inputs).map(([name, { default: value = "" }]) => [
      name,
      inputs[name] ?? interpolate(value, base),
    ]),
  );
  const context = { ...base, inputs: given };
  const result = runSteps(action.runs.steps, context, { ...options, actionPath: folder });
  const outputs = Object.entries(action.outputs)
    .map(([name, { value }]) => [name, interpolate(value, context)]);
  return { ...result, outputs: Object.fromEntries(outputs) };
}

/** Runs the job of a workflow. */
export function runJob(path: string, job: string, options: RunnerOptions): RunnerResult {
  const workflow = parse(readFileSync(path, "utf8")) as { jobs: Record<string, { steps: Step[] }> };
  const result = runSteps(workflow.jobs[job]!.steps, contextOf(options), options);
  return { ...result, outputs: {} };
}

function contextOf({ github = {}, temp, outputs = {} }: RunnerOptions): ExpressionContext {
  const steps = Object.entries(outputs).map(([id, one]) => [id, { outputs: one }]);
  return { github, runner: { temp }, steps: Object.fromEntries(steps), inputs: {}, env: {} };
}

function runSteps(
  steps: readonly Step[],
  context: ExpressionContext,
  options: RunnerOptions & { actionPath?: string },
): Omit<RunnerResult, "outputs"> {
  let exitCode = 0;
  const results: StepResult[] = [];
  for (const step of steps) {
    const status = { always: true, failure: exitCode !== 0, success: exitCode === 0 };
    const condition = step.if ?? "success()";
    const isAsked = evaluate(condition, context, status);
    const saysWhen = /\b(?:always|failure|success|cancelled)\(\)/.test(condition);
    if (!isAsked || !saysWhen && exitCode !== 0) continue;
    if (step.uses?.startsWith("./")) {
      const inputs = Object.entries(step.with ?? {})
        .map(([name, value]) => [name, interpolate(String(value), context)]);
      const folder = resolve(options.actions ?? options.workspace, step.uses);
      const inner = runAction(folder, Object.fromEntries(inputs), options);
      results.push(...inner.steps);
      if (step.id !== undefined) context.steps[step.id] = { outputs: inner.outputs };
      exitCode ||= inner.exitCode;
    } else if (step.run !== undefined) {
      const result = runStep(step, context, options);
      results.push(result);
      if (step.id !== undefined) context.steps[step.id] = { outputs: result.outputs };
      exitCode ||= result.exitCode;
    }
  }
  return { exitCode, steps: results };
}

let stepNumber = 0;

function runStep(
  step: Step,
  context: ExpressionContext,
  { workspace, temp, env, actionPath = "", github = {} }: RunnerOptions & { actionPath?: string },
): StepResult {
  const folder = join(temp, `step-${++stepNumber}`);
  mkdirSync(folder);
  const [script, output, summary] = ["script.sh", "output", "summary"].map((name) =>
    join(folder, name)
  ) as [string, string, string];
  writeFileSync(script, interpolate(step.run!, context));
  writeFileSync(output, "");
  writeFileSync(summary, "");
  const own = Object.entries(step.env ?? {})
    .map(([name, value]) => [name, interpolate(String(value), context)]);
  const { status, stdout, stderr } = spawnSync(
    "bash",
    ["--noprofile", "--norc", "-eo", "pipefail", script],
    {
      cwd: resolve(workspace, interpolate(step["working-directory"] ?? ".", context)),
      encoding: "utf8",
      env: {
        ...process.env,
        GITHUB_ACTIONS: "true",
        GITHUB_WORKSPACE: workspace,
        GITHUB_REPOSITORY: String(github["repository"] ?? ""),
        GITHUB_OUTPUT: output,
        GITHUB_STEP_SUMMARY: summary,
        GITHUB_ACTION_PATH: actionPath,
        RUNNER_TEMP: temp,
        ...env,
        ...Object.fromEntries(own),
      },
    },
  );
  const log = stdout + stderr;
  return {
    name: step.name ?? step.id ?? step.run!.split("\n")[0]!,
    exitCode: status ?? 1,
    log,
    commands: readGithubLog(log).commands,
    summary: readFileSync(summary, "utf8"),
    outputs: existsSync(output) ? readGithubOutputs(readFileSync(output, "utf8")) : {},
  };
}
