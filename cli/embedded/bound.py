"""Runs a command that must not outlive its parent: `python bound.py PARENT COMMAND…`.

It stands alone and imports only the standard library, because it runs before each child does and
is gone once the child has taken its place (same process id).
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def bind_to(parent: int) -> None:
    """End this process when its parent dies; where the system can't do that, do nothing."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked
        sys.exit(1)


if __name__ == "__main__":
    bind_to(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])
