#!/usr/bin/env bash
# Records a program with a process and a worker under one runtime, and says what ferret finds on
# this machine, all into smoke/: what there is to look at when something failed where nobody can
# log in.
set -euo pipefail
cd "$(dirname "$0")/.."

runtime=$1
program=tests/transports/fixtures/program.mjs
flags=()
[[ $runtime == deno ]] && flags=(--allow-all)

mkdir -p smoke
node bin/ferret.mjs doctor "$program" | tee smoke/doctor.txt
node bin/ferret.mjs run --runtime "$runtime" -o smoke/recording.duckdb \
  ${flags[@]+"${flags[@]}"} "$program" "$PWD" return
node bin/ferret.mjs report smoke/recording.duckdb | tee smoke/report.txt
