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

# Without a verdict there is nothing to comment on and no file to write: ferret has said why.
case $code in
  0 | 1 | 3) ;;
  *)
    printf 'verdict=error\nsummary=ferret check ended with exit code %d\n' "$code" >>"$GITHUB_OUTPUT"
    echo "::error title=ferret check::ferret check ended with exit code $code, its message is in the log"
    ;;
esac
# The same verdict again: the recording and the thresholds are the same.
case $code in
  0 | 1 | 3)
    [[ -z $JUNIT ]] || "${ferret[@]}" check "${arguments[@]}" --format junit >"$JUNIT"
    [[ $COMMENT != true ]] || "${ferret[@]}" check "${arguments[@]}" --format markdown >"$BODY"
    ;;
esac
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
