#!/bin/sh
# Tells nginx which replicas of the api answer. A replica that hangs accepts connections and never answers, and no timeout of
# nginx can detect that, because a render may take longer. Each replica is probed; one that does not answer `OK` within a second
# hangs or is ending, and gets no new requests until it does. If no replica answers, all get requests.
#
# Started by the entrypoint of nginx: `prepare` writes the first list, `watch` runs for ever.
list=/etc/nginx/replicas/api.conf
port=1337

# Prints the addresses, one per line, in a stable order.
resolve() {
    # `ahostsv4` is not known to every getent.
    getent ahosts api | cut -d ' ' -f 1 | grep -v : | sort -u
}

is_alive() {
    [ "$(wget -q -T 1 -O - "http://$1:$port/healthz" 2>/dev/null)" = OK ]
}

find_alive() {
    {
        for address in $addresses; do
            { is_alive "$address" && echo "$address"; } &
        done
        wait
    } | sort
}

# nginx needs at least one server; nothing listens on port 9.
write_list() {
    {
        for address in ${1:-127.0.0.1:9}; do
            case $address in *:*) ;; *) address=$address:$port ;; esac
            echo "server $address max_fails=0;"
        done
    } > "$list.new" && mv "$list.new" "$list"
}

# Reads a system counter without a process: opened connections, mostly to replicas.
count_opened() {
    while read -r name _ _ _ _ opened _; do
        # The first line of this name has the titles.
        case $name$opened in Tcp:*[0-9]) count=$opened; return ;; esac
    done < /proc/net/snmp
}

# Without requests, occasional probes are enough.
is_idle() {
    before=${count:-0}
    count_opened
    idle_turns=$((count == before ? idle_turns + 1 : 0))
    [ "$idle_turns" -gt 0 ] && [ $((idle_turns % 10)) -ne 0 ]
}

look() {
    addresses=$(resolve)
    alive=$(find_alive)
    wanted=${alive:-$addresses}
    [ "$wanted" = "$listed" ] && return
    write_list "$wanted"
    listed=$wanted
    echo "replicas of the api: $(echo ${wanted:-none})"
    [ "$1" = reload ] && nginx -s reload
    return 0
}

case $1 in
prepare)
    mkdir -p "${list%/*}"
    addresses=$(resolve)
    write_list "$addresses"
    ;;
watch)
    idle_turns=0
    while :; do
        is_idle || { look reload; count_opened; }
        # Each pause costs a process.
        sleep $((idle_turns > 1 ? 2 : 1))
    done
    ;;
esac
