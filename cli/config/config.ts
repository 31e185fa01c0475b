/**
 * The settings of a project as commands use them: read, validated, and in one
 * form where users have several. Flags win over all of it.
 *
 * @module
 */
import type { RunSettings } from "../../src/model/ferret_config.ts";

/** What a configuration says. What it does not say is missing. */
export interface LoadedConfig {
  run?: RunSettings;
  check?: CheckConfig;
  ab?: AbConfig;
}

/** Thresholds, and how runs are held against them. */
export interface CheckConfig {
  /** With their selectors, as `--threshold` takes them: they can be parsed. */
  thresholds?: readonly string[];
  /** A selector. */
  span?: string;
  /** Above 0, below 0.5. */
  alpha?: number;
  /** From 0 on. */
  margin?: number;
  minSamples?: number;
  /** As `--max-loss` takes it. */
  maxLoss?: string;
  inconclusive?: "fail" | "pass" | "report";
  /** As `--baseline` takes it. */
  baseline?: string;
}

/** How two versions of a program are compared. */
export interface AbConfig {
  /** For the shell; `false`: nothing is installed. */
  install?: string | false;
  /** For the shell. */
  onReady?: string;
  /** As the setting of `run` is. */
  duration?: string | number;
  warmup?: number;
  /** A selector. */
  span?: string;
  /** As `--of` takes it. */
  of?: string;
  margin?: number;
  alpha?: number;
  maxRounds?: number;
  maxTimeNs?: number;
}
