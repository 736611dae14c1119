# Runs "$@" for as long as standard input stays open. The platform holds the other end of that pipe,
# so however the platform ends, even by kill -9, the command is asked to end as well.
# The first line of output is the command's process id; its own output goes to standard error.

# A background job of a non-interactive shell reads /dev/null: keep the pipe under another number.
exec 3<&0 0</dev/null
"$@" 3<&- >&2 &
server=$!
echo "$server"

{
    read -r line <&3
    rounds=0
    # Asked again and again: a server that is just starting does not listen to signals yet.
    while [ "$rounds" -lt 400 ] && kill -s INT "$server"; do
        rounds=$((rounds + 1))
        # After a minute (300 x 0.2 s) it has to go without its last checkpoint.
        [ "$rounds" -lt 300 ] || kill -s QUIT "$server"
        sleep 0.2
    done
} >/dev/null 2>&1 &
watcher=$!

exec 3<&- 1>&2
wait "$server"
code=$?
kill "$watcher" 2>/dev/null
exit "$code"
