"""``python -m tests.fax_machine rtp | sip …``: the machine as a process in real time. ``--help`` of each has its options."""

import argparse
import json
import os
import select
import sys
import time

from tests.fax_machine.line import Line, RtpMachine, T38Machine

LINGER_TICKS = 100


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.fax_machine", description="A fax machine for tests.")
    kinds = parser.add_subparsers(dest="kind", required=True)
    rtp, sip = (
        kinds.add_parser("rtp", help="plain RTP or T.38 on loopback"),
        kinds.add_parser("sip", help="a SIP telephone"),
    )
    for each in (rtp, sip):
        each.add_argument("--send", default="", help="TIFF to send")
        each.add_argument("--receive", default="", help="TIFF to write")
        each.add_argument("--ident", default="+86 21 5555")
        each.add_argument("--modems", default="v17", choices=["v27ter", "v29", "v17"])
        each.add_argument("--no-ecm", action="store_true")
    rtp.add_argument("--machines", type=int, default=1, help="so many at once; %%d in a file's name is its number")
    rtp.add_argument("--t38", action="store_true")
    rtp.add_argument("--loss", type=float, default=0.0, help="share of packets lost, each way")
    rtp.add_argument("--seed", type=int, default=0, help="of the first machine's losses; each other one has the next")
    sip.add_argument("--port", type=int, required=True, help="SIP's UDP port")
    sip.add_argument("--user", default="fax")
    sip.add_argument("--dial", default="", help="SIP URI to call; else a call is awaited")
    sip.add_argument("--linger", type=float, default=1.0, help="seconds from the fax's end to our hang-up")
    sip.add_argument("--by-hand", action="store_true", help="a telephone with a start button")
    sip.add_argument("--hang-up", type=float, help="seconds from the answer to our hang-up")
    sip.add_argument("--pages", type=int, default=0, help="hangs up when so many pages have been received")
    options = parser.parse_args()
    if options.kind == "sip":
        from tests.fax_machine import sip as telephone

        telephone.run(options)
    else:
        run_rtp(options)


def run_rtp(options: argparse.Namespace) -> None:
    """Prints the UDP ports as a JSON list, reads the far ends' ports as another, faxes, and prints completion codes and CPU seconds."""
    lines = [Line(loss=options.loss, seed=options.seed + number) for number in range(options.machines)]
    print(json.dumps([line.port for line in lines]), flush=True)
    ports = json.loads(sys.stdin.readline())
    machines = []
    for number, (line, port) in enumerate(zip(lines, ports, strict=True)):
        line.far = "127.0.0.1", port
        names = {
            key: name % number if "%" in name else name
            for key, name in (("send", options.send), ("receive", options.receive))
        }
        more = {"ident": options.ident, "ecm": not options.no_ecm, "modems": options.modems}
        machines.append((T38Machine if options.t38 else RtpMachine)(line, **names, **more))
    due, after, began = time.monotonic(), 0, os.times()
    while after < LINGER_TICKS and not select.select([sys.stdin], [], [], max(0.0, due - time.monotonic()))[0]:
        due += 0.02
        for machine in machines:
            machine.tick()
        after += all(machine.terminal.code is not None for machine in machines)
    used = sum(os.times()[:2]) - sum(began[:2])
    print(json.dumps({"codes": [machine.terminal.code for machine in machines], "cpu": round(used, 2)}), flush=True)


if __name__ == "__main__":
    main()
