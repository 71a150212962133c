"""Exit with 0 while /ready says that pages are served and texts are sent, for HEALTHCHECK."""

import os
import sys
import urllib.error
import urllib.request

names = os.environ.get("TRUSTED_HOSTS", "").split(",")
request = urllib.request.Request(f"http://127.0.0.1:{os.environ.get('PORT', '5000')}/ready")
# Requests for other names than those in TRUSTED_HOSTS get 400, so one of them is used.
request.add_header("Host", names[0].strip().lstrip(".") or "127.0.0.1")
try:
    urllib.request.urlopen(request, timeout=4)
except (urllib.error.URLError, OSError) as error:
    sys.exit(f"not ready: {error}")
