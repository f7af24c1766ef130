"""The SIP lines with a minimal core that answers every call at once; prints its port, and at the end of its input the CPU time used."""

import argparse
import itertools
import json
import resource
import sys

from shared.enums import Law
from shared.ids import CallId, TrunkName
from switch_server.adapters.sip_lines import SipLines
from switch_server.core.call import CallOffered
from switch_server.core.leg import Answer, Ring
from switch_server.core.words import Event, Near, Trunk


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    numbers = itertools.count(1)
    near = Near("127.0.0.1", 30000, Law.A, 101)
    lines: SipLines

    def post(event: Event) -> None:
        if isinstance(event, CallOffered):
            lines.do(Ring(event.leg))
            lines.do(Answer(event.leg, near))

    trunk = Trunk(TrunkName("bench"), far=("127.0.0.1",), lines=5000, options_interval=0)
    lines = SipLines(
        post, listen=("127.0.0.1", 0), trunks={trunk.name: trunk}, new_call_id=lambda: CallId(f"b{next(numbers)}")
    )
    lines.start()
    print(json.dumps({"port": lines.address[1]}), flush=True)
    before = resource.getrusage(resource.RUSAGE_SELF)
    sys.stdin.read()
    after = resource.getrusage(resource.RUSAGE_SELF)
    left = len(lines.live_legs())
    lines.stop()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"cpu_s": cpu, "left": left, "grown_mb": (after.ru_maxrss - before.ru_maxrss) / 1024}), flush=True)


if __name__ == "__main__":
    main()
