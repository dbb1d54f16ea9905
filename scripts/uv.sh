# shellcheck shell=bash
# Finds uv and a Python for it. Needs lib.sh.

# Trust what this machine trusts, as pip does: a network may have an authority of its own.
export UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1

# Where pip was told to look for packages and uv was not, uv looks there too.
follow_pip() {
  local index=${PIP_INDEX_URL:-}
  [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}${UV_CONFIG_FILE:-}" ] || return 0
  [ -n "$index" ] || index=$(python3 -m pip config get global.index-url 2>/dev/null) || return 0
  export UV_DEFAULT_INDEX=$index
}

# Prints the uv to use: the one of this machine, else one in .tools, installed on the first call.
find_uv() {
  local candidate
  for candidate in uv "${HOME:-}/.local/bin/uv" .tools/bin/uv .tools/lib/bin/uv; do
    "$candidate" --version >/dev/null 2>&1 && command -v "$candidate" && return
  done
  say "Installing uv into .tools …"
  install_uv ||
    { apt_install python3 python3-venv && install_uv; } ||
    fail "uv is missing and could not be installed: install it, or the packages python3 and python3-venv."
  find_uv
}

install_uv() {
  local pip=(-m pip --disable-pip-version-check --quiet install "uv>=0.9")
  rm -rf .tools
  { python3 -m venv .tools && .tools/bin/python "${pip[@]}"; } >/dev/null 2>&1 && return
  rm -rf .tools
  python3 "${pip[@]}" --target .tools/lib >/dev/null 2>&1 && return
  PIPX_HOME=$PWD/.tools/pipx PIPX_BIN_DIR=$PWD/.tools/bin pipx install uv >/dev/null 2>&1
}

# Prints a Python this machine has, 3.13 before others; without one, the version uv shall fetch.
find_python() {
  local candidate
  while read -r candidate; do
    python_serves "$candidate" && command -v "$candidate" && return
  done < <(python_candidates)
  echo 3.13
}

python_candidates() {
  local version versions root=${PYENV_ROOT:-}
  [ -n "$root" ] || root=$(dirname "$(dirname "$(readlink -f "$(command -v pyenv || echo /)")")")
  versions=$root/versions
  for version in 3.13 3.14 3.12; do
    echo "python$version"
    printf '%s\n' "$versions/$version".*/bin/python | sort --reverse --version-sort
  done
  echo python3
}

# New enough, and built with the libraries that Taller needs.
python_serves() {
  "$1" -c 'import ctypes, sqlite3, ssl, sys, zlib; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1
}
