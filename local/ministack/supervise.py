"""Runs a command in a process group of its own and ends the whole group when standard input reaches its end.

    supervise.py <scratch folder> <command> [arguments]

The parent holds the other end of that pipe. However the parent dies, the pipe closes, and nothing that the command
started is left: SIGTERM to the group, SIGKILL three seconds later. Then the scratch folder is removed. Works on Linux
and macOS.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading

GRACE_SECONDS = 3.0
# What ends a terminal's foreground group ends the parent too, whose pipe then tells us.
LEFT_TO_THE_PARENT = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def signal_group(leader: int, number: int) -> None:
    try:
        os.killpg(leader, number)
    except (ProcessLookupError, PermissionError):  # all gone; on macOS also: only zombies left
        pass


def end(child: subprocess.Popen) -> None:
    signal_group(child.pid, signal.SIGTERM)
    try:
        child.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    # Also when the leader ended in time: others of its group may not have.
    signal_group(child.pid, signal.SIGKILL)


def main(scratch: str, *command: str) -> int:
    def restore() -> None:
        for number in LEFT_TO_THE_PARENT:
            signal.signal(number, signal.SIG_DFL)

    for number in LEFT_TO_THE_PARENT:
        signal.signal(number, signal.SIG_IGN)
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=restore)

    def watch() -> None:
        while os.read(0, 4096):
            pass
        end(child)

    threading.Thread(target=watch, daemon=True).start()
    code = child.wait()
    end(child)
    shutil.rmtree(scratch, ignore_errors=True)
    return code if code >= 0 else 128 - code


sys.exit(main(*sys.argv[1:]))
