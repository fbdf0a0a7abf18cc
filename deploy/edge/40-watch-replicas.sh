#!/bin/sh
# Runs the watcher beside nginx and restarts it if it ends.
/edge/watch-replicas.sh prepare
while :; do
    /edge/watch-replicas.sh watch
    sleep 1
done &
