#!/bin/sh
# In place of the login shell's command: writes down what the client asks for, and then does it.
# $1 is the folder of the trial; its folder `guest` stands for the guest.
trial=$1
number=1000
until mkdir "$trial/calls/$number" 2>/dev/null; do number=$((number + 1)); done
call=$trial/calls/$number
mkdir "$call/files"
printf %s "$SSH_ORIGINAL_COMMAND" > "$call/command"
env -0 > "$call/environment"

# Files that the command names, as they are when it starts.
printf %s "$SSH_ORIGINAL_COMMAND" | grep -oE "[^][ ;\"'&|<>{}()]+" | sort -u | while IFS= read -r path; do
    case $path in
    /*) ;;
    "~/"*) path=$trial/guest/${path#"~/"} ;;
    *) path=$trial/guest/$path ;;
    esac
    case $path in
    "$trial"/guest/* | /tmp/script_*.sh | /tmp/varfile_*.sh)
        [ -f "$path" ] && cp -p "$path" "$call/files/$(printf %s "$path" | tr / '|')" ;;
    esac
done

cd "$trial/guest" || exit 99
case $SSH_ORIGINAL_COMMAND in
"head -c "*)
    # The script is read while it goes by.
    mkfifo "$call/pipe"
    exec 3<&0
    tee "$call/input" <&3 > "$call/pipe" &
    exec < "$call/pipe" 3<&- ;;
esac
env -i HOME="$trial/guest" USER="$USER" GUEST="$trial/guest" SESSION="$PPID" \
    PATH="$trial/bin:/usr/bin:/bin" /bin/sh -c "$SSH_ORIGINAL_COMMAND"
status=$?
case $SSH_ORIGINAL_COMMAND in
# The client ends these, at once or a little later.
*/sftp-server | "scp -vf "*) ;;
*) echo "$status" > "$call/status" ;;
esac
exit "$status"
