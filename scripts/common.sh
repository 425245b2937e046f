# Sourced by the scripts here: messages with times, the project's folder, a Rust that is new enough.
# shellcheck shell=bash
set -euo pipefail
export LC_ALL=C
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
SCRIPT=$(basename "$0")

die() { echo "$SCRIPT: $*" >&2; exit 1; }
say() { echo "$SCRIPT: $*" >&2; }

# step NAME COMMAND...: runs it, and says what is done and how long it took
step() {
  local name=$1 start=$SECONDS; shift
  say "$name ..."
  "$@" || die "$name failed after $((SECONDS - start)) s"
  say "$name: done in $((SECONDS - start)) s"
}

# The mirror that apt's sources name for this machine's release
apt_mirror() {
  local mirror
  # shellcheck disable=SC2016,SC1091  # apt fills these in
  mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
    awk -v release="$(. /etc/os-release && echo "$VERSION_CODENAME")" '$2 == release { print $1; exit }')
  [ -n "$mirror" ] || die "apt's sources name no mirror of this release"
  echo "$mirror"
}

rust_needed() { sed -n 's/^rust-version = "\(.*\)"/\1/p' "$ROOT/Cargo.toml"; }

# cargo_is_new_enough CARGO
cargo_is_new_enough() {
  local version
  version=$("$1" --version 2>/dev/null | cut -d' ' -f2) && [ -n "$version" ] &&
    [ "$(printf '%s\n%s\n' "$(rust_needed)" "$version" | sort -V | head -n1)" = "$(rust_needed)" ]
}

# Puts the first cargo that is new enough into PATH. A toolchain outside the home folder is one that a
# container image brings; it has its RUSTUP_HOME beside it.
use_rust() {
  local bin
  for bin in "$(dirname "$(command -v cargo || echo /nowhere/cargo)")" "${CARGO_HOME:-$HOME/.cargo}/bin" /usr/local/cargo/bin; do
    [ -x "$bin/cargo" ] || continue
    [ "$bin" != /usr/local/cargo/bin ] || export RUSTUP_HOME=${RUSTUP_HOME:-/usr/local/rustup}
    if cargo_is_new_enough "$bin/cargo"; then export PATH=$bin:$PATH; return 0; fi
  done
  return 1
}

target_dir() { echo "${CARGO_TARGET_DIR:-$ROOT/target}"; }
