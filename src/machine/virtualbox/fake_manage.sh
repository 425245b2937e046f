#!/bin/sh
# Stands in for VBoxManage: writes its calls down and keeps machines as files. The folder it lies in holds
#   calls           one line for each call
#   version         what `--version` prints
#   machines/NAME   VMState, and UUID in machines/NAME.uuid
#   fail/VERB       what the next call of VERB prints on standard error; it ends with code 1, or 0 with fail/VERB.zero
#   slow/VERB       if it is there, a call of VERB works until it is interrupted, and then writes `stopped`
#   full            if it is there, exports succeed and leave nothing, as on a full disk
#   obeys           if it is there, guests react to the power button
here=${0%/*}
verb=$1
if [ "$verb" = --version ]; then cat "$here/version"; exit; fi
# whoever waits for a slow call may interrupt it as soon as it is written down
if [ -e "$here/slow/$verb" ]; then
    trap 'kill $!; echo > "$here/stopped"; exit 1' INT
    sleep 60 &
fi
echo "$*" >> "$here/calls"
if [ -e "$here/fail/$verb" ]; then
    cat "$here/fail/$verb" >&2
    rm "$here/fail/$verb"
    [ -e "$here/fail/$verb.zero" ]
    exit
fi

[ ! -e "$here/slow/$verb" ] || wait

name() {
    for file in "$here"/machines/*.uuid; do
        [ "$(cat "$file" 2> /dev/null)" = "$1" ] && basename "$file" .uuid && return
    done
    echo "$1"
}

need() {
    [ -e "$here/machines/$1" ] && return
    echo "VBoxManage: error: Could not find a registered machine named '$1'" >&2
    echo "VBoxManage: error: Details: code VBOX_E_OBJECT_NOT_FOUND (0x80bb0001)" >&2
    exit 1
}

after() {
    wanted=$1
    shift
    while [ $# -gt 0 ]; do
        [ "$1" = "$wanted" ] && echo "$2" && return
        shift
    done
}

make() {
    echo poweroff > "$here/machines/$1"
    echo "$2" > "$here/machines/$1.uuid"
    echo "$3" > "$here/machines/$1.folder"
}

machine=$(name "$2")
case "$verb" in
createvm) make "$(after --name "$@")" "$(after --uuid "$@")" "$here/home" ;;
import) make "$(after --vmname "$@")" imported "$(after --basefolder "$@")" ;;
createmedium) echo disk > "$(after --filename "$@")" ;;
startvm) need "$machine"; echo running > "$here/machines/$machine" ;;
controlvm)
    need "$machine"
    case "$3" in
    poweroff) echo poweroff > "$here/machines/$machine" ;;
    acpipowerbutton) if [ -e "$here/obeys" ]; then echo poweroff > "$here/machines/$machine"; fi ;;
    screenshotpng) printf '\211PNG' > "$4" ;;
    esac
    ;;
showvminfo)
    need "$machine"
    echo "name=\"$machine\""
    echo "UUID=\"$(cat "$here/machines/$machine.uuid")\""
    echo "CfgFile=\"$(cat "$here/machines/$machine.folder")/$machine/$machine.vbox\""
    echo "VMState=\"$(cat "$here/machines/$machine")\""
    [ "$(cat "$here/machines/$machine")" = running ] && echo 'SessionName="headless"'
    cat "$here/info" 2> /dev/null
    true
    ;;
snapshot)
    need "$machine"
    if [ "$3" = list ]; then cat "$here/snapshots" || { echo "This machine does not have any snapshots"; exit 1; } fi
    ;;
export) [ -e "$here/full" ] || echo ovf > "$(after --output "$@")" ;;
unregistervm) need "$machine"; rm "$here/machines/$machine" "$here/machines/$machine".* ;;
list) cat "$here/properties" 2> /dev/null ;;
esac
exit 0
