#!/bin/sh
# Find a Chromium, or install Debian's where that can be done. Without one the browser tests fail and say so.
# The one without windows is preferred: it is smaller, and takes a quarter less processor time.
apt_install() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$1"; }
for name in "${CHROMIUM:-}" chromium-headless-shell chromium chromium-browser google-chrome; do
    if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Debian's chromium-headless-shell for the browser tests ..."
    (apt-get update -qq && { apt_install chromium-headless-shell || apt_install chromium; }) >/dev/null 2>&1
fi
if ! command -v chromium-headless-shell >/dev/null 2>&1 && ! command -v chromium >/dev/null 2>&1; then
    echo "*** NO CHROMIUM: the browser tests will FAIL. Install chromium-headless-shell or set CHROMIUM=/path/to/it. ***" >&2
fi
exit 0
