#!/usr/bin/env bash
# Runs ferret check and leaves its exit code as an output: the comment is written before the step
# that ends with it.
set -uo pipefail

read -ra ferret <<<"$PROGRAM"
arguments=("$RECORDING")
while IFS= read -r line; do
  [[ -z ${line//[[:space:]]/} ]] || arguments+=("--threshold=$line")
done <<<"$THRESHOLDS"
while IFS= read -r line; do
  [[ -z ${line//[[:space:]]/} ]] || arguments+=("$line")
done <<<"$ARGS"
[[ -z $BASELINE ]] || arguments+=("--baseline=$BASELINE")

"${ferret[@]}" check "${arguments[@]}" --format github
code=$?
echo "exit-code=$code" >>"$GITHUB_OUTPUT"

if grep -q '^verdict=' "$GITHUB_OUTPUT"; then
  # The same verdict again: the recording and the thresholds are the same.
  [[ -z $JUNIT ]] || "${ferret[@]}" check "${arguments[@]}" --format junit >"$JUNIT"
  [[ $COMMENT != true ]] || "${ferret[@]}" check "${arguments[@]}" --format markdown >"$BODY"
else
  # It has said why: the recording cannot be read, there is no such baseline, a threshold is none.
  summary="there is no verdict: ferret check ended with exit code $code"
  printf 'verdict=error\nsummary=%s\n' "$summary" >>"$GITHUB_OUTPUT"
  echo "::error title=ferret check::$summary, the log says why"
fi
exit 0
