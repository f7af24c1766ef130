"""Asterisk as the server that a benchmark measures: ``./run bench media --peer "COMMAND"`` with the command

    python -m tests.bench._asterisk {ip} {port} {far_ip} {far_port}

It runs in the root folder of the tests (``tests.asterisk.root``), so it needs root's rights. 95500 is answered with an A-law file without end, with
``--recorded`` also recorded; 95501 is put through to the far end and recorded. This process becomes Asterisk.
"""

import argparse
import os
import shutil
from pathlib import Path

import numpy as np

from shared.enums import Law
from switch_server.card import g711
from tests.asterisk import root

SECONDS = 60
PJSIP = """
[transport]
type = transport
protocol = udp
bind = {ip}:{port}

[callers]
type = endpoint
transport = transport
context = calls
disallow = all
allow = alaw
direct_media = no
aors = far
timers = no

[far]
type = aor
contact = sip:{far_ip}:{far_port}

[identify]
type = identify
endpoint = callers
match = {far_ip}
"""
DIALPLAN = """
[calls]
exten => 95500,1,Answer()
{recording} same => n(again),Playback({sounds}/noise)
 same => n,Goto(again)
exten => 95501,1,MixMonitor(${{UNIQUEID}}.wav)
 same => n,Dial(PJSIP/95501@callers)
"""
RECORDING = " same => n,MixMonitor(${UNIQUEID}.wav)\n"
ETC = {
    "asterisk.conf": """
[directories]
astetcdir => {inside}
astmoddir => /usr/lib/{arch}/asterisk/modules
astvarlibdir => {inside}
astdbdir => {inside}
astkeydir => {inside}
astdatadir => /usr/share/asterisk
astspooldir => {inside}
astrundir => {inside}
astlogdir => {inside}
""",
    "modules.conf": "[modules]\nautoload = no\n" + "".join(
        f"require = {name}.so\n"
        for name in (
            "res_pjproject", "res_sorcery_config", "res_sorcery_memory", "res_sorcery_astdb", "res_timing_timerfd", "res_pjsip", "res_pjsip_pubsub",
            "res_pjsip_session", "res_pjsip_sdp_rtp", "res_rtp_asterisk", "res_pjsip_endpoint_identifier_ip", "chan_pjsip", "codec_alaw", "format_pcm",
            "format_wav", "bridge_simple", "bridge_native_rtp", "app_dial", "app_playback", "app_mixmonitor", "pbx_config",
        )
    ),
    "logger.conf": "[logfiles]\nmessages => warning,error\n",
    "cdr.conf": "[general]\nenable = no\n",
    "rtp.conf": "[general]\nrtpstart = 12000\nrtpend = 19999\n",
    "extensions.conf": DIALPLAN,
    "pjsip.conf": PJSIP,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for name in ("ip", "port", "far_ip", "far_port"):
        parser.add_argument(name)
    parser.add_argument("--recorded", action="store_true", help="the calls that hear the file are recorded")
    options = parser.parse_args()
    made = root.root()
    for old in (made / "srv").glob("bench-*"):  # of one that has ended
        if not Path("/proc", old.name.removeprefix("bench-")).exists():
            shutil.rmtree(old)
    inside = f"/srv/bench-{os.getpid()}"
    folder = made / inside.removeprefix("/")
    folder.mkdir()
    lay_out(folder, inside, next(path.parent.name for path in (made / "usr/lib").glob("*/asterisk")), options)
    os.execvp("chroot", ["chroot", str(made), "asterisk", "-f", "-C", f"{inside}/asterisk.conf"])


def lay_out(folder: Path, inside: str, arch: str, options: argparse.Namespace) -> None:
    """Configuration and sound file; ``inside`` is the folder's path for Asterisk."""
    recording = RECORDING if options.recorded else ""
    values = {"inside": inside, "sounds": inside, "arch": arch, "recording": recording} | vars(options)
    for name, text in ETC.items():
        (folder / name).write_text(text.format(**values))
    noise = np.random.default_rng(7).normal(0, 3000, 8000 * SECONDS).clip(-32000, 32000).astype(np.int16)
    (folder / "noise.alaw").write_bytes(g711.encode(noise, g711.LAW_INDEX[Law.A]).tobytes())


if __name__ == "__main__":
    main()
