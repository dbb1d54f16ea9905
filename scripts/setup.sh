#!/usr/bin/env bash
# Makes .venv what the lock files say: "setup.sh run" to run Taller, "setup.sh dev" to work on it.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. scripts/uv.sh

install_python_packages() {
  local uv lock=requirements.lock
  [ "$purpose" = run ] || lock=requirements-dev.lock
  follow_pip
  uv=$(find_uv)
  say "Installing Python packages into .venv …"
  python_serves .venv/bin/python ||
    "$uv" venv --quiet --clear --python "$(find_python)" .venv 2>/dev/null ||
    fail "Python 3.12 or newer is missing and could not be fetched: install it, for example with pyenv."
  "$uv" pip sync --quiet --compile-bytecode --python .venv --require-hashes "$lock"
  "$uv" pip install --quiet --python .venv --no-deps --editable .
  # Some machines forbid Python to keep what it compiled: each start would compile everything anew.
  .venv/bin/python -m compileall -q app certificates
}

# WeasyPrint draws with Pango, which no Python package brings.
install_pango() {
  draws && return
  apt_install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core || true
  draws || fail "Pango is missing and could not be installed: install the package libpangoft2-1.0-0" \
    "(Debian, Ubuntu) or pango (Fedora, Alpine, Homebrew)."
}

draws() { .venv/bin/python -c 'import weasyprint' >/dev/null 2>&1; }

purpose=$1
# What was set up to be worked on stays so.
[ ! -e .venv/.dev ] || purpose=dev
install_python_packages
install_pango
touch .venv/.run
[ "$purpose" = run ] || touch .venv/.dev
