"""``python -m agent_app.phone``: started by the agent app; its commands and events are in ``agent_app.model.sound.phone_messages``."""

import argparse
import faulthandler
import logging
import os
import sys

from agent_app import logs
from agent_app.model.sound.phone_messages import PhoneProblem
from agent_app.phone import PhoneError
from agent_app.phone.framing import pack
from agent_app.phone.loglines import LINE
from agent_app.phone.process import PhoneProgram
from agent_app.phone.tones import TEST_DBFS, Tone

PORT_TAKEN = 4
"""Exit status: address or port can't be bound."""
FAULT = 6
"""Exit status: a thread of the process died."""
ADDRESS_GONE = 5
"""Exit status: the address that a call is at is no longer this PC's."""


def _tone(text: str) -> Tone:
    kind, _, hertz = text.partition(":")
    if kind != "tone" or not hertz.replace(".", "", 1).isdigit() or not 20 <= float(hertz) <= 3800:
        raise argparse.ArgumentTypeError(f"{text!r} is not like tone:400 (20 to 3800 Hz)")
    return Tone(float(hertz), TEST_DBFS)


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("agent_app.phone", description="The desk's phone. Started by agent-app.")
    parser.add_argument("--ip", default="127.0.0.1", help="address that INVITEs come to")
    parser.add_argument("--port", type=int, default=0, help="UDP port (0: any free one)")
    parser.add_argument("--no-audio", action="store_true", help="open no sound device")
    parser.add_argument("--say", type=_tone, help="tone:400: 400 Hz at -20 dBFS instead of the microphone")
    return parser.parse_args(argv)


def _log_to_owner() -> None:
    """Logs to standard error, which the window's process reads (``client``): events, and the reason why this process died."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logs.Masked(LINE))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    faulthandler.enable()
    logs.catch_faults(_end)


def _end(where: str) -> None:
    """Ends the process after the loss of a thread, without which the phone can't work; the window's process starts another one."""
    if where not in (logs.PROGRAM, logs.NO_END):  # a fault of the main program ends the process anyway
        os._exit(FAULT)


def main(argv: list[str] | None = None) -> int:
    arguments = _arguments(argv)
    sink = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # PJSIP prints to standard output, which is kept for the events
    _log_to_owner()
    sys.setswitchinterval(0.0005)  # the media clock is a C thread that takes the GIL
    try:
        phone = PhoneProgram(
            sys.stdin.buffer, sink, ip=arguments.ip, port=arguments.port, audio=not arguments.no_audio, say=arguments.say,
        )  # fmt: skip
        phone.run()
    except PhoneError as error:
        sink.write(pack(PhoneProblem(error.code, error.text)))
        return ADDRESS_GONE if error.code == "address_gone" else PORT_TAKEN
    return 0


if __name__ == "__main__":
    sys.exit(main())
