"""A child process for tests of ``Program``: prints that it is up and runs on.

``silent`` prints nothing, ``deaf`` ignores SIGTERM, ``ends`` ends at once, ``echo`` reads its input.
"""

import signal
import sys

how = sys.argv[1] if len(sys.argv) > 1 else ""
if how == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if how == "ends":
    sys.exit("no luck today")
if how == "echo":
    print(f"told {len(sys.stdin.readline().strip())} letters", flush=True)
    sys.stdin.read()
if how != "silent":
    print("a word before", flush=True)
    print("child is up", flush=True)
signal.pause()
