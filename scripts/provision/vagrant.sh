#!/bin/sh
# Makes of the guest a Vagrant base box: a user `vagrant` who may become root without a password, and whom the insecure
# keys of Vagrant let in. `vagrant up` puts a key of its own in their place, in each machine that it makes.
set -eu

RSA='ssh-rsa AAAAB3NzaC1yc2EAAAABIwAAAQEA6NF8iallvQVp22WDkTkyrtvp9eWW6A8YVr+kz4TjGYe7gHzIw+niNltGEFHzD8+v1I2YJ6oXevct1YeS0o9HZyN1Q9qgCgzUFtdOKLv6IedplqoPkcmF0aYet2PkEDo3MlTBckFXPITAMzF8dJSIFo9D8HfdOV0IAdx4O7PtixWKn5y2hMNG0zQPyUecp4pzC6kivAIhyfHilFR61RGL+GPXQ2MWZWFYbAGjyiYJnAmCP3NOTd0jMZEnDkbUvxhMmBYSdETk1rRgm+R4LOzFUGaHqHDLKLX+FIPKcF96hrucXzcWyLbIbEgE98OHlnVYCzRdK8jlqm8tehUc9c9WhQ== vagrant insecure public key'
ED25519='ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIN1YdxBpNlzxDqfJyw/QKow1F+wvG9hXGoqiysfJOn5Y vagrant insecure public key'

# Vagrant runs its commands by `bash -l`.
install_sudo_and_bash() {
  if command -v apk >/dev/null; then apk add sudo bash; else env ASSUME_ALWAYS_YES=yes pkg install sudo bash; fi
}

# Seeds make the user where their installers can.
make_user() {
  if command -v pw >/dev/null; then
    echo vagrant | pw useradd vagrant -m -s /bin/sh -h 0
  else
    adduser -D -s /bin/sh vagrant
    echo vagrant:vagrant | chpasswd
  fi
}

let_in_by_key() {
  mkdir -p /home/vagrant/.ssh
  printf '%s\n' "$RSA" "$ED25519" >/home/vagrant/.ssh/authorized_keys
  chmod 700 /home/vagrant/.ssh
  chmod 600 /home/vagrant/.ssh/authorized_keys
  chown -R vagrant:vagrant /home/vagrant/.ssh
  ! command -v restorecon >/dev/null || restorecon -R /home/vagrant/.ssh          # SELinux's labels
}

allow_sudo() {
  folder=/etc/sudoers.d
  [ ! -d /usr/local/etc/sudoers.d ] || folder=/usr/local/etc/sudoers.d        # FreeBSD's packages
  echo 'vagrant ALL=(ALL) NOPASSWD: ALL' >"$folder/vagrant"
  chmod 440 "$folder/vagrant"
}

command -v sudo >/dev/null || install_sudo_and_bash
id vagrant >/dev/null 2>&1 || make_user
let_in_by_key
allow_sudo
