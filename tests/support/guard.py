"""Ends what a test process started, however that process itself ended.

The test process holds the other end of standard input and writes one order a line: `process PID`, `forget PID`,
`folder PATH`. When it is gone, even by SIGKILL, the pipe closes: every process still listed is killed and every folder
listed is removed. Rust drops no statics and nothing at all after SIGKILL; a closed pipe can't be missed.
"""

import os
import shutil
import signal
import sys
import time

# Ctrl-C in a terminal reaches everybody; this one has to outlive the process that it cleans up for.
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)

processes: set[int] = set()
folders: list[str] = []
for line in sys.stdin:
    order, _, what = line.rstrip("\n").partition(" ")
    if order == "process":
        processes.add(int(what))
    elif order == "forget":
        processes.discard(int(what))
    elif order == "folder":
        folders.append(what)

for process in processes:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        pass
for folder in folders:
    # A process that is being killed may still write: try until the folder stays away.
    for _ in range(100):
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.exists(folder):
            break
        time.sleep(0.02)
