"""Health checks of the containers: web answers, the worker answers a ping, beat ticks."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

STATE = Path(os.environ.get("STATE_DIRECTORY", "/state"))
BEAT_AGE = 600


def web() -> bool:
    host = os.environ.get("ALLOWED_HOSTS", "localhost").partition(",")[0]
    request = urllib.request.Request("http://127.0.0.1:8000/healthy", headers={"Host": host})
    with urllib.request.urlopen(request, timeout=4) as answer:  # this machine  # nosec B310
        return bool(answer.status == 200)


def worker() -> bool:
    command = ["celery", "-A", "escalation", "inspect", "ping", "-d", f"celery@{socket.gethostname()}", "-t", "5"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def beat() -> bool:
    """Beat writes its file every three minutes; the file's ending depends on the machine's dbm."""
    newest = max((file.stat().st_mtime for file in STATE.glob("beat*")), default=0.0)
    return time.time() - newest < BEAT_AGE


if __name__ == "__main__":
    try:
        sys.exit(not {"web": web, "worker": worker, "beat": beat}[sys.argv[1]]())
    except OSError as problem:
        sys.exit(str(problem))
