# Waits until standard input is closed, that is until the platform is done or gone, and until the
# server of the pid file "$1" has ended (at most 600 x 0.1 s); then removes all other arguments.
pid_file=$1
shift
read -r line
rounds=0
while [ "$rounds" -lt 600 ] && read -r server 2>/dev/null <"$pid_file" && kill -0 "$server" 2>/dev/null; do
    rounds=$((rounds + 1))
    sleep 0.1
done
rm -rf -- "$@"
