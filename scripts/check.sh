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

# The types take longest, on one core: they are looked at beside everything else.
types=$(mktemp)
mypy >"$types" 2>&1 &
looking_at_types=$!
trap 'kill "$looking_at_types" 2>/dev/null || true; rm -f "$types"' EXIT
types_are_right() {
  wait "$looking_at_types" || {
    cat "$types"
    return 1
  }
}

check format ruff format --check --output-format concise .
check lint ruff check --quiet .
check floors lint-imports
check dependencies deptry .
check templates djlint --lint --quiet app/templates
check catalogues python scripts/messages.py check
check privacy python scripts/privacy.py check
check vendored python scripts/vendor.py check
check shell shellcheck --external-sources scripts/*.sh .ci/run
if [ ${#faults[@]} != 0 ]; then
  types_are_right || faults+=(types)
  fail "Not right yet: ${faults[*]}."
fi
say "· types, beside the suite on SQLite"
passed=0
pytest --quiet -n 2 --dist worksteal -m "not journey" || passed=$?
types_are_right || fail "Not right yet: types."
exit $passed
