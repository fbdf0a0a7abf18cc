#!/bin/sh
# The command `iaas` in the image of the uploader.
exec node --enable-source-maps /app/services/cli/dist/main.js "$@"
