#!/usr/bin/env bash
# Everything that needs no browser and no server: each fault is shown, then the suite runs on SQLite.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
PATH=$PWD/.venv/bin:$PATH

faults=()
check() {
  local name=$1 printed
  shift
  say "· $name"
  printed=$("$@" 2>&1) || {
    printf '%s\n' "$printed"
    faults+=("$name")
  }
}

check format ruff format --check --output-format concise .
check lint ruff check --quiet .
check types mypy
check floors lint-imports
check dependencies deptry .
check templates djlint --lint --quiet app/templates
check catalogues python scripts/messages.py check
check privacy python scripts/privacy.py check
check vendored python scripts/vendor.py check
check shell shellcheck --external-sources scripts/*.sh .ci/run
[ ${#faults[@]} = 0 ] || fail "Not right yet: ${faults[*]}."
exec pytest --quiet -n 2 -m "not journey"
