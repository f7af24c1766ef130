"""For all tests: they start listed programs only, Ctrl-C ends these, also where the suite itself runs in the background, and no example has a time limit."""

import signal
import sys

from hypothesis import HealthCheck, settings

from tests.house.programs import refuse_unlisted

settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")

sys.addaudithook(refuse_unlisted)
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell's ``&``; programs inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)
