#!/bin/sh
# Find a Chromium, or install Debian's where that can be done. Without one the browser tests fail and say so.
for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Debian's chromium for the browser tests ..."
    (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium) >/dev/null 2>&1
fi
if ! command -v chromium >/dev/null 2>&1; then
    echo "*** NO CHROMIUM: the browser tests will FAIL. Install chromium or set CHROMIUM=/path/to/it. ***" >&2
fi
exit 0
