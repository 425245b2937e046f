#!/bin/sh
# Stops the build early when the installation is not what a Vagrant box must be.
set -eu

fail() { echo "verify: $*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || fail "sudo did not make us root"
[ -s /etc/seed ] || fail "the seed's late command did not run"
grep -q 'vagrant insecure public key' "/home/$SSH_USER/.ssh/authorized_keys" ||
  fail "Vagrant's key is not in authorized_keys: vagrant up could not log in"
echo "verify: $(cat /etc/seed), kernel $(uname -r)"
