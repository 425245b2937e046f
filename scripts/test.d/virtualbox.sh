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
  left=$(VBoxManage list vms; VBoxManage list hdds; pgrep -af VBoxHeadless.*boxwright-; find "$TMPDIR" "$WORK/machines" -mindepth 1)
  [ -z "$left" ] || die "left behind: $left"
}

# install WORDS...: builds tests/installs/virtualbox.json
install() { build "$ROOT/tests/installs/virtualbox.json" "$@"; }

if ! VBoxManage --version >/dev/null 2>&1; then
  step "VirtualBox" "$ROOT/scripts/virtualbox-chroot" "$ROOT/.cache/virtualbox"
  PATH=$ROOT/.cache/virtualbox/bin:$PATH
fi
step "nano ISO" "$ROOT/scripts/nano-iso" "$ISO" --cache "$ROOT/.cache/nano-iso"
VBoxManage setproperty machinefolder "$WORK/machines"
