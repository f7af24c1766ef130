"""For all tests: they start listed programs only, and Ctrl-C ends these, also where the suite itself runs in the background."""

import signal
import sys

from tests.house.programs import refuse_unlisted

sys.addaudithook(refuse_unlisted)
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell's ``&``; programs inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)
