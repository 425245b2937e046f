# Sourced by the tests here that need a real VirtualBox: one that the machine has, or else one without the
# kernel module (scripts/virtualbox-chroot), with a registry of its own; and the ISO for machines that such a
# VirtualBox interprets.
# shellcheck shell=bash
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

ISO=$ROOT/.cache/nano.iso
export VBOX_USER_HOME=$WORK/virtualbox VBOX_IPC_SOCKETID=boxwright$$
export TMPDIR=$WORK/tmp
mkdir "$TMPDIR" "$WORK/machines"
trap 'remove_machines; finish' EXIT

remove_machines() {
  local id
  for id in $(machines); do
    VBoxManage controlvm "$id" poweroff >/dev/null 2>&1 || true
    eventually "the machine $id goes" VBoxManage unregistervm "$id" --delete 2>/dev/null || true
  done
  rm -rf "/tmp/.vbox-$VBOX_IPC_SOCKETID-ipc"
}

machines() { VBoxManage list vms | sed -n 's/.*{\(.*\)}$/\1/p'; }

# the processes of machines of this registry
running() {
  local pid
  for pid in $(pgrep -x VBoxHeadless); do
    ! grep -qzxF "VBOX_IPC_SOCKETID=$VBOX_IPC_SOCKETID" "/proc/$pid/environ" || echo "VBoxHeadless $pid"
  done
}

# eventually WHAT COMMAND...: repeats it for a minute until it succeeds
eventually() {
  local what=$1 deadline=$((SECONDS + 60)); shift
  until "$@"; do
    [ $SECONDS -lt $deadline ] || { say "in vain, for a minute: $what"; return 1; }
    sleep 0.5
  done
}

# what a build must leave as it was: machines, disks, processes, files of machines, temporary files
nothing_left() {
  local left
  left=$(VBoxManage list vms; VBoxManage list hdds; running; find "$TMPDIR" "$WORK/machines" -mindepth 1)
  [ -z "$left" ] || die "left behind: $left"
}

# install WORDS...: builds tests/installs/virtualbox.json
install() { build "$ROOT/tests/installs/virtualbox.json" "$@"; }

# Vagrant 2.3 drives VirtualBox up to 7.0, and asks for no more than the version.
vagrant_knows_virtualbox() {
  local manage version
  manage=$(command -v VBoxManage)
  version=$("$manage" --version | tail -n1)
  case $version in [456].*|7.0.*) return ;; esac
  mkdir "$WORK/bin"
  printf '#!/bin/sh\ncase $1 in --version|-v) echo 7.0.20r163906 ;; *) exec %s "$@" ;; esac\n' "$manage" >"$WORK/bin/VBoxManage"
  chmod +x "$WORK/bin/VBoxManage"
  PATH=$WORK/bin:$PATH
}

# no synced folder, and the box's own key: less for an interpreted machine to do; it has no bash
vagrantfile() {
  cat >"$WORK/Vagrantfile" <<'RB'
Vagrant.configure("2") do |config|
  config.vm.box = "boxwright/nano"
  config.vm.boot_timeout = 600
  config.vm.synced_folder ".", "/vagrant", disabled: true
  config.ssh.insert_key = false
  config.ssh.shell = "sh"
  config.ssh.connect_timeout = 60
end
RB
}

# vagrant_up BOX COMMAND: starts it, runs COMMAND in it, destroys it
vagrant_up() {
  vagrant box add --name boxwright/nano "$1"
  vagrant_knows_virtualbox
  vagrantfile
  cd "$WORK"
  step "vagrant up" vagrant up --provider=virtualbox
  step "vagrant ssh" vagrant ssh -c "$2"
  step "vagrant destroy" vagrant destroy -f
  nothing_left
}

if ! VBoxManage --version >/dev/null 2>&1; then
  step "VirtualBox" "$ROOT/scripts/virtualbox-chroot" "$ROOT/.cache/virtualbox"
  PATH=$ROOT/.cache/virtualbox/bin:$PATH
fi
step "nano ISO" "$ROOT/scripts/nano-iso" "$ISO" --cache "$ROOT/.cache/nano-iso"
VBoxManage setproperty machinefolder "$WORK/machines"
