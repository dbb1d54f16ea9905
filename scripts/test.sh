#!/usr/bin/env bash
# What touches a database once more, on PostgreSQL, then the journeys in Chromium.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
PATH=$PWD/.venv/bin:$PATH

has_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

install_browser() {
  has_browser >/dev/null && return
  apt_install chromium || playwright install chromium >/dev/null 2>&1 ||
    fail "Chromium is missing and could not be installed: install the package chromium."
}

# Names in every alphabet are drawn in the journeys and on certificates.
install_fonts() {
  [ -z "$(fc-list "Noto Serif" 2>/dev/null)" ] || return 0
  apt_install fontconfig fonts-noto-core ||
    fail "The Noto fonts are missing and could not be installed: install the package fonts-noto-core."
}

# The journeys sign in with an independent provider of OpenID Connect. Its version is fixed here; it opens nothing of ours.
install_provider() {
  [ -d .tools/provider/node_modules/oidc-provider ] && return
  say "Installing the provider that the journeys sign in with …"
  mkdir -p .tools/provider
  npm install --prefix .tools/provider --no-package-lock --no-save --silent oidc-provider@9.13.3 >/dev/null ||
    fail "The npm package oidc-provider is missing and could not be installed."
}

install_browser
install_fonts
install_provider
say "· what touches a database, on PostgreSQL"
TALLER_TEST_DATABASE=postgresql python -m tests.postgres pytest --quiet -n 2 --dist worksteal \
  -m "not journey"
say "· the journeys in Chromium"
# They wait much of the time, for pages and for the minute after which mails leave.
exec pytest --quiet -n 3 --dist loadfile -m journey
