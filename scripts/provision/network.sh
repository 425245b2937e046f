#!/bin/sh
# Makes the first network card eth0 with DHCP. Installers write down the name that the card has in the machine they run in
# (enp0s3, ens4, ...), and with that a box would start without a network under any other hypervisor.
set -eu

name_cards_by_number() {
  if command -v grubby >/dev/null; then                 # the Fedora family
    grubby --update-kernel=ALL --args=net.ifnames=0
    return
  fi
  mkdir -p /etc/default/grub.d
  # shellcheck disable=SC2016  # it is GRUB's variable
  echo 'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX net.ifnames=0"' >/etc/default/grub.d/50-vagrant.cfg
  update-grub
}

# By its MAC address a machine asks for its DHCP lease: copies of a box have one machine id until they have started.
configure_netplan() {
  rm -f /etc/netplan/*.yaml
  cat >/etc/netplan/01-vagrant.yaml <<'YAML'
network:
  version: 2
  ethernets:
    eth0:
      dhcp4: true
      dhcp-identifier: mac
YAML
  chmod 600 /etc/netplan/01-vagrant.yaml
  [ ! -d /etc/cloud ] || touch /etc/cloud/cloud-init.disabled      # it would write a configuration of its own
}

configure_ifupdown() {
  cat >/etc/network/interfaces <<'INTERFACES'
source /etc/network/interfaces.d/*

auto lo
iface lo inet loopback

auto eth0
iface eth0 inet dhcp
INTERFACES
}

configure_network_manager() {
  rm -f /etc/NetworkManager/system-connections/*
  cat >/etc/NetworkManager/system-connections/eth0.nmconnection <<'KEYFILE'
[connection]
id=eth0
type=ethernet
interface-name=eth0

[ipv4]
method=auto
KEYFILE
  chmod 600 /etc/NetworkManager/system-connections/eth0.nmconnection
}

if ! command -v grubby >/dev/null && ! command -v update-grub >/dev/null; then
  echo "network: nothing to do"                         # Alpine says eth0 anyway, FreeBSD asks for DHCP by any name
  exit 0
fi
name_cards_by_number
if [ -d /etc/netplan ]; then configure_netplan
elif [ -e /etc/network/interfaces ]; then configure_ifupdown
elif [ -d /etc/NetworkManager/system-connections ]; then configure_network_manager
fi
