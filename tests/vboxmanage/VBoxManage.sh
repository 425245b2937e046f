#!/bin/sh
# Stands for VBoxManage in front of one build. Writes down each call and keeps as much of a machine as its
# answers need, all in the folder `virtualbox` beside itself:
#   version     what --version prints
#   calls       a call for each 0x1e, a word for each 0x1f
#   failures    lines "COUNT<tab>EXIT CODE<tab>START OF THE CALL<tab>MESSAGE": the first COUNT such calls fail
#   machine/    name, uuid, folder, state, controllers, attached, snapshots, current: the machine's
#   controllers those of machines that are imported
#   deaf        there: nothing in the guest listens to the power button
#   guest/      the folder its user logs in to; a file `off` there is a machine that stopped itself
#   sshd        the configuration of the guest's SSH server, where it has one; sshd.pid is its process
here=${0%/*}/virtualbox
machine=$here/machine
tab=$(printf '\t')

call=$(printf '%s\037' "$@")
printf '%s\036' "$call" >> "$here/calls"

fail() {
    printf 'VBoxManage: error: %s\n' "$1" >&2
    exit "${2:-1}"
}

fail_as_asked() {
    number=0
    while IFS=$tab read -r count code start message; do
        number=$((number + 1))
        case "$*" in "$start"*) ;; *) continue ;; esac
        echo . >> "$here/failed.$number"
        [ "$(wc -l < "$here/failed.$number")" -gt "$count" ] || fail "$message" "$code"
    done < "$here/failures"
}

# The word after the first one of these.
word_after() {
    wanted=$1
    shift
    while [ $# -gt 1 ]; do
        [ "$1" != "$wanted" ] || { printf '%s' "$2"; return; }
        shift
    done
}

state() {
    [ ! -e "$here/guest/off" ] || stop
    cat "$machine/state"
}

stop() {
    echo poweroff > "$machine/state"
    [ ! -e "$here/sshd.pid" ] || kill "$(cat "$here/sshd.pid")"
    rm -f "$here/sshd.pid" "$here/guest/off"
}

start() {
    echo running > "$machine/state"
    [ -e "$here/sshd" ] || return 0
    port=$(cat "$here/port")
    /usr/sbin/sshd -f "$here/sshd" -p "$port" -o "PidFile=$here/sshd.pid" || fail "no SSH server"
}

# $1: what to do, $2: a file
control() {
    case "$1" in
    poweroff) stop ;;
    acpipowerbutton) [ -e "$here/deaf" ] || stop ;;
    screenshotpng) echo picture > "$2" ;;
    esac
}

# $1: the rule NAME,tcp,ADDRESS,PORT,,GUEST PORT
forward() {
    rule=${1#*,*,*,}
    echo "${rule%%,*}" > "$here/port"
}

show() {
    [ -e "$machine/name" ] || fail "Could not find a registered machine named '$1'"
    name=$(cat "$machine/name")
    printf 'name="%s"\nUUID="%s"\n' "$name" "$(cat "$machine/uuid")"
    printf 'CfgFile="%s/%s/%s.vbox"\n' "$(cat "$machine/folder")" "$name" "$name"
    number=0
    while IFS=$tab read -r controller kind; do
        printf 'storagecontrollername%d="%s"\nstoragecontrollertype%d="%s"\n' $number "$controller" $number "$kind"
        number=$((number + 1))
    done < "$machine/controllers"
    while IFS=$tab read -r place medium; do printf '"%s"="%s"\n' "$place" "$medium"; done < "$machine/attached"
    state=$(state)
    printf 'VMState="%s"\ngraphicscontroller="vmsvga"\n' "$state"
    [ "$state" != running ] || echo 'SessionName="headless"'
}

kind_of() {
    case "$1" in
    ide) echo PIIX4 ;;
    sata) echo IntelAhci ;;
    scsi) echo LsiLogic ;;
    pcie) echo NVMe ;;
    floppy) echo I82078 ;;
    *) echo "$1" ;;
    esac
}

control_storage() {
    name=$(word_after --name "$@")
    kind=$(word_after --add "$@")
    case " $* " in
    *" --remove "*)
        grep -v "^$name$tab" "$machine/controllers" > "$machine/new"
        mv "$machine/new" "$machine/controllers"
        ;;
    *) [ -z "$kind" ] || printf '%s\t%s\n' "$name" "$(kind_of "$kind")" >> "$machine/controllers" ;;
    esac
}

attach() {
    place=$(word_after --storagectl "$@")-$(word_after --port "$@")-$(word_after --device "$@")
    grep -v "^$place$tab" "$machine/attached" > "$machine/new"
    mv "$machine/new" "$machine/attached"
    medium=$(word_after --medium "$@")
    [ "$medium" = none ] || printf '%s\t%s\n' "$place" "$medium" >> "$machine/attached"
}

# $1: its name, $2: its number, $3: the folder of its folder
make_machine() {
    mkdir -p "$machine"
    for file in controllers attached snapshots current; do : > "$machine/$file"; done
    echo "$1" > "$machine/name"
    echo "${2:-00000000-0000-4000-8000-000000000000}" > "$machine/uuid"
    echo "${3:-$here}" > "$machine/folder"
    echo poweroff > "$machine/state"
}

import_machine() {
    make_machine "$(word_after --vmname "$@")" "" "$(word_after --basefolder "$@")"
    cp "$here/controllers" "$machine/controllers"
}

# Machines of others have the disks that this one has; only those of this one are deleted with it.
unregister() {
    case " $* " in *" --delete "*) cut -f 2 "$machine/attached" | grep '\.vdi$' | while read -r disk; do rm -f "$disk"; done ;; esac
    rm -rf "$machine"
}

# A child of the current one, which becomes the current one.
take_snapshot() {
    parent=$(cat "$machine/current")
    children=$(grep -c "^[^$tab]*$tab[^$tab]*$tab$parent-[0-9]*$" "$machine/snapshots")
    node=${parent:+$parent-$((children + 1))}
    printf '%s\t%s\t%s\n' "$1" "00000000-0000-0000-0000-$(printf '%012d' "$(($(wc -l < "$machine/snapshots") + 1))")" "${node:-SnapshotName}" >> "$machine/snapshots"
    echo "${node:-SnapshotName}" > "$machine/current"
}

snapshot() {
    row=$(grep -e "^$2$tab" -e "^[^$tab]*$tab$2$tab" "$machine/snapshots")
    case $1 in
    take) take_snapshot "$2" ;;
    restore) printf '%s' "$row" | cut -f 3 > "$machine/current" ;;
    delete) grep -v -F -x -e "$row" "$machine/snapshots" > "$machine/new"; mv "$machine/new" "$machine/snapshots" ;;
    list) list_snapshots ;;
    esac
}

list_snapshots() {
    [ -s "$machine/snapshots" ] || { echo 'This machine does not have any snapshots'; exit 1; }
    while IFS=$tab read -r name uuid node; do
        printf '%s="%s"\nSnapshotUUID%s="%s"\n' "$node" "$name" "${node#SnapshotName}" "$uuid"
        [ "$node" != "$(cat "$machine/current")" ] || current=$name$tab$uuid$tab$node
    done < "$machine/snapshots"
    printf 'CurrentSnapshotName="%s"\nCurrentSnapshotUUID="%s"\nCurrentSnapshotNode="%s"\n' \
        "${current%%$tab*}" "$(printf '%s' "$current" | cut -f 2)" "${current##*$tab}"
}

export_machine() {
    file=$(word_after --output "$@")
    echo exported > "$file"
    case $file in *.ovf) echo disk > "${file%.ovf}-disk001.vmdk" ;; esac
}

fail_as_asked "$@"
case "$1" in
--version) cat "$here/version" ;;
list) [ "$2" != systemproperties ] || echo "Default Guest Additions ISO:     ${0%/*}/additions.iso" ;;
showvminfo) show "$2" ;;
createvm) make_machine "$(word_after --name "$@")" "$(word_after --uuid "$@")" ;;
import) import_machine "$@" ;;
modifyvm) [ "$3 $4" = '--natpf1 delete' ] || case "$3" in --natpf1 | --nat-pf1) forward "$4" ;; esac ;;
createhd) echo disk > "$(word_after --filename "$@")" ;;
createmedium) echo disk > "$(word_after --filename "$@")" ;;
storagectl) control_storage "$@" ;;
storageattach) attach "$@" ;;
startvm) start ;;
controlvm) control "$3" "$4" ;;
snapshot) shift 2; snapshot "$@" ;;
export) export_machine "$@" ;;
unregistervm) unregister "$@" ;;
esac
exit 0
