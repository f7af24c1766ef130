"""A program for ``Program``: says that it is up, and stays; ``silent`` says nothing, ``deaf`` hears no SIGTERM, ``ends`` at once, ``echo`` reads."""

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
