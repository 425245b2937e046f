# Sourced by the tests here: the program, a folder of one's own, guests to talk to.
# shellcheck shell=bash
# shellcheck source-path=SCRIPTDIR source=../common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
BOXWRIGHT=${BOXWRIGHT:-$(target_dir)/debug/boxwright}
ISO=$ROOT/.cache/demo.iso
WORK=$(mktemp -d)
export VAGRANT_HOME=$WORK/vagrant VAGRANT_CHECKPOINT_DISABLE=1
GUEST=''                                        # the process id of a QEMU that a test started itself
trap finish EXIT

finish() {
  local status=$?
  [ -z "$GUEST" ] || kill "$GUEST" 2>/dev/null || true
  if [ $status != 0 ]; then tail -n 20 "$WORK"/*.log 2>/dev/null || true; fi
  rm -rf "$WORK"
}

# build TEMPLATE WORDS...: everything that the build writes goes to $WORK
build() {
  local template=$1; shift
  "$BOXWRIGHT" build -color=false -timestamp-ui -var "iso_url=$ISO" -var "iso_checksum=file:$ISO.sha256" \
    -var "box_directory=$WORK" -var "serial_log=$WORK/serial.log" "$@" "$template"
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# boot_disk IMAGE QEMU-WORDS...: starts it without changing it; sets GUEST and PORT
boot_disk() {
  local image=$1; shift
  PORT=$(free_port)
  qemu-system-x86_64 -machine pc,accel=tcg -m 512 -display none -serial "file:$WORK/boot-serial.log" -snapshot \
    -drive "file=$image,if=virtio" -device virtio-net,netdev=net -netdev "user,id=net,hostfwd=tcp:127.0.0.1:$PORT-:22" "$@" &
  GUEST=$!
}

# guest KEY COMMAND: runs it in the guest, once its SSH server answers
guest() {
  local deadline=$((SECONDS + 180))
  until ssh -q -p "$PORT" -i "$1" -o IdentitiesOnly=yes -o BatchMode=yes -o ConnectTimeout=5 -o StrictHostKeyChecking=no \
      -o UserKnownHostsFile=/dev/null vagrant@127.0.0.1 "$2"; do
    [ $? = 255 ] && [ $SECONDS -lt $deadline ] || { say "the guest did not run: $2"; return 1; }
    sleep 1
  done
}
