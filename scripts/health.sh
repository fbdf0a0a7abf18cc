#!/bin/bash
# Health check of a service: exit code 0 if GET of the path $2 on port $1 is answered 200 within 2 s. The shell sends the
# request itself, because a Node process per check would be most of the load of an idle service.
exec 3<> "/dev/tcp/127.0.0.1/$1" || exit 1
printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$2" >&3
read -r -t 2 _ status _ <&3
[ "$status" = 200 ]
