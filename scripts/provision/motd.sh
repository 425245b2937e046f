#!/bin/sh
# Says at each login which box this is and when it was built.
set -eu
echo "$BOX_NAME, built by Boxwright on $(date -u +%Y-%m-%dT%H:%MZ)" >/etc/motd
