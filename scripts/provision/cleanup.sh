#!/bin/sh
# Removes what belongs to this one machine or to its building, so that every machine made of the box begins as a new one.
# What the system needs and does not make again by itself, such as SSH's host keys, stays.
set -eu

package_caches() {
  if command -v apt-get >/dev/null; then apt-get clean; rm -rf /var/lib/apt/lists/*
  elif command -v dnf >/dev/null; then dnf -q clean all
  elif command -v apk >/dev/null; then rm -rf /var/cache/apk/*
  elif command -v pkg >/dev/null; then pkg clean -ay
  fi
}

logs() {
  rm -rf /var/log/journal/* /var/log/installer /var/log/anaconda /root/anaconda-ks.cfg /root/original-ks.cfg
  find /var/log -type f | while read -r file; do : >"$file"; done
}

# systemd fills an empty machine-id, and takes none at all for the first start of a system; FreeBSD makes both files anew.
identity() {
  if [ -d /run/systemd/system ]; then : >/etc/machine-id; else rm -f /etc/machine-id /etc/hostid; fi
  rm -f /var/lib/systemd/random-seed /var/lib/dhcp/*.leases /var/lib/NetworkManager/*.lease
  rm -f /root/.bash_history /home/vagrant/.bash_history
}

# Where the build logs in as root, its seed has allowed it in one of these two places.
root_login() {
  rm -f /etc/ssh/sshd_config.d/10-build.conf
  if [ -e /etc/ssh/sshd_config ]; then
    sed '/^PermitRootLogin yes$/d' /etc/ssh/sshd_config >/etc/ssh/sshd_config.new
    cat /etc/ssh/sshd_config.new >/etc/ssh/sshd_config
    rm /etc/ssh/sshd_config.new
  fi
}

package_caches
logs
identity
root_login
