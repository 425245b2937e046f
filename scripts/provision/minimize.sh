#!/bin/sh
# Gives the free space back to the host, so that the box holds only what is used: by discard where
# the disk passes it on, else by zeros, which compress to nothing.
set -eu
sync
fstrim -v / && exit 0
dd if=/dev/zero of=/zeros bs=1M 2>/dev/null || true           # ends when the disk is full, as it should
rm -f /zeros
sync
