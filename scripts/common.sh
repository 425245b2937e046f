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
