#!/bin/sh
# `ferret` in the terminal sessions of the documentation: the one of this checkout, on Deno.
exec "$FERRET_DENO" run --allow-all "$FERRET_ROOT/bin/ferret.mjs" "$@"
