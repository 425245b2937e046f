#!/bin/sh
# In a VirtualBox machine, installs the guest additions, which Vagrant's shared folders need: from the system's packages
# where it has them, else from the image that the builder uploaded. Other hypervisors' drivers are in the kernel.
set -eu

case ${PACKER_BUILDER_TYPE:-} in
  virtualbox-*) ;;
  *) echo "guest-additions: not a VirtualBox machine"; exit 0 ;;
esac

# They stay installed: the additions build their modules anew for each new kernel.
install_compiler() {
  if command -v apt-get >/dev/null; then
    apt-get update
    DEBIAN_FRONTEND=noninteractive apt-get -y install build-essential bzip2 "linux-headers-$(uname -r)"
  else
    dnf -y install gcc make perl bzip2 tar elfutils-libelf-devel "kernel-devel-$(uname -r)"
  fi
}

install_from_image() {
  mount -o loop,ro "$1" /mnt
  # It fails too when only X11's part is missing; what counts is asked below.
  sh /mnt/VBoxLinuxAdditions.run --nox11 || true
  umount /mnt
  rm -f "$1"
  modinfo vboxguest >/dev/null && modinfo vboxsf >/dev/null
}

if command -v pkg >/dev/null; then
  env ASSUME_ALWAYS_YES=yes pkg install virtualbox-ose-additions-nox11
  sysrc vboxguest_enable=YES vboxservice_enable=YES
elif command -v apk >/dev/null; then
  apk add virtualbox-guest-additions
  rc-update add virtualbox-guest-additions default
elif grep -q '^ID=fedora' /etc/os-release; then
  dnf -y install virtualbox-guest-additions
else
  install_compiler
  install_from_image /home/vagrant/VBoxGuestAdditions*.iso
fi
