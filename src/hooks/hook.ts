/**
 * What a hook is: one thing of the runtime or of a package that ferret observes.
 *
 * @module
 */
import type { ProgramConfig, RuntimeName } from "../model/program_config.ts";
import type { Recorder } from "../recorder/recorder.ts";
import type { ModuleSpans } from "./modules/module_spans.ts";
import type { PackagePatch, SourcePatch } from "./package_files.ts";

/** What a hook gets when it is installed. */
export interface HookContext {
  recorder: Recorder;
  config: ProgramConfig;
  /**
   * Runs `install` just before the program first loads one of these built-in
   * modules, named without `node:`.
   */
  onModule(names: string[], install: () => void): void;
  /** Changes the source of a package when it is loaded. */
  patchSource(patch: SourcePatch): void;
  /** Shows what a file of a package exports, just after the file has run. */
  onPackage(patch: PackagePatch): void;
  /** Shows which files are loaded, and lets one line be added to them. */
  watchLoading(watcher: ModuleSpans): void;
}

/** One hook: one file in this folder, one line in `start.ts`. */
export interface Hook {
  /** As `--hook` and `--no-hook` spell it. */
  name: string;
  runtimes: readonly RuntimeName[];
  /**
   * Installs the hook. What it throws switches this hook off, and nothing else.
   *
   * @throws {HookUnavailable} when there is nothing here that it could observe.
   */
  install(context: HookContext): void;
}

/** There is nothing for a hook to observe. The message says why, for people. */
export class HookUnavailable extends Error {}
