# shellcheck shell=bash
# What the other scripts share: saying things, and installing packages of the system.

# What Python compiles is kept, whatever the caller prefers: the tests start it many times.
export PYTHONDONTWRITEBYTECODE=

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "$*"
  exit 1
}

# Runs a command as root, if this account may.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif ! command -v sudo >/dev/null; then
    return 1
  elif [ -t 0 ]; then
    sudo "$@"
  else
    sudo --non-interactive "$@"
  fi
}

# Installs Debian packages; the list of packages is fetched only when it is missing or too old.
apt_install() {
  command -v apt-get >/dev/null || return 1
  say "Installing $* …"
  local get=(env DEBIAN_FRONTEND=noninteractive apt-get --quiet=2 --option=Dpkg::Use-Pty=0)
  as_root "${get[@]}" install --no-install-recommends "$@" >/dev/null 2>&1 && return
  as_root "${get[@]}" update >/dev/null 2>&1
  as_root "${get[@]}" install --no-install-recommends "$@" >/dev/null 2>&1
}
