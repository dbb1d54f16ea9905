#!/usr/bin/env bash
# Writes the newest versions that pyproject.toml allows into the lock files, for every system, with
# hashes and without the address of any registry.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. scripts/uv.sh

compile() {
  "$uv" pip compile pyproject.toml --quiet --universal --python-version 3.12 --generate-hashes \
    --no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" "$@"
}

follow_pip
uv=$(find_uv)
compile --upgrade --output-file requirements.lock
compile --upgrade --output-file requirements-dev.lock --group dev --constraint requirements.lock
