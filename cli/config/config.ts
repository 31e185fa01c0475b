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
  /** From 0 to 1, exclusive. */
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

/** How two programs are compared. */
export interface AbConfig {
  /** For the shell. */
  install?: string;
  /** For the shell. */
  onReady?: string;
  /** As `--duration` takes it, or ms. */
  duration?: string | number;
  /** Rounds that are not counted. */
  warmup?: number;
  /** A selector. */
  span?: string;
  maxRounds?: number;
  maxTimeNs?: number;
  margin?: number;
  alpha?: number;
}
