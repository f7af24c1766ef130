"""For all tests: only listed programs may be started, Ctrl-C ends them, and Hypothesis's examples have no time limit.

Ctrl-C also ends programs when the suite runs in the background.
"""

import signal
import sys

from hypothesis import HealthCheck, settings

from tests.house.programs import refuse_unlisted

settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")

sys.addaudithook(refuse_unlisted)
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # set by a shell's ``&``, and inherited by programs
    signal.signal(signal.SIGINT, signal.default_int_handler)
