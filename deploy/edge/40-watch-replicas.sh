#!/bin/sh
# Beside nginx from its start to its end; what ends by itself is started again.
/edge/watch-replicas.sh prepare
while :; do
    /edge/watch-replicas.sh watch
    sleep 1
done &
