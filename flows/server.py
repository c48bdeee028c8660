"""Child process: a Prefect server that ends with its parent (`python -m flows.server PARENT PORT [--no-services]`)."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2)


def main() -> None:
    """Become the server; on Linux the kernel ends us when the parent dies, however it dies."""
    parent, port, *flags = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != int(parent):
            sys.exit("the parent is gone")
    os.execv(  # noqa: S606 - no shell is wanted: the command is fixed
        sys.executable,
        [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", port, *flags],
    )


if __name__ == "__main__":
    main()
