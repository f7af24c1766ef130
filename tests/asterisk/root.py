"""The root folder in which Asterisk runs by ``chroot``: a Debian unstable with Asterisk, made once by ``mmdebstrap``.

``HUAWU_ASTERISK`` names the folder in which roots are kept; by default ``huawu/asterisk`` in the user's cache folder. A root takes 280 MB and
about 40 s. A changed recipe makes a new root beside the old one.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

ALONE = ("unshare", "--mount-proc", "--pid", "--fork", "--kill-child")
"""So that processes and mounts in a half-made root end with this program, however it ends."""
ALONE_IN_ROOT = (*ALONE, "--propagation", "unchanged")
"""The same within a root folder that is no mount point, where the propagation of mounts can't be set."""
RECIPE = (
    "--mode=root",
    "--variant=apt",
    "--components=main",
    "--include=asterisk",
    '--aptopt=Acquire::Check-Valid-Until "false"',  # a mirror's copy of unstable may be older than a week
    '--aptopt=APT::Install-Recommends "false"',
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    "unstable",
)
SECONDS = 900.0
TRIES = 2


class NotMadeError(Exception):
    """The root can't be made on this machine; the text tells why."""


def kept_in() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("HUAWU_ASTERISK") or cache / "huawu" / "asterisk")


def root() -> Path:
    """The root folder; makes it where there is none yet. Raises ``NotMadeError``. Many processes may ask at once."""
    folder = kept_in()
    made = folder / hashlib.sha256("\n".join(RECIPE).encode()).hexdigest()[:12]
    if shutil.which("mmdebstrap") is None:
        raise NotMadeError("there is no mmdebstrap: apt-get install mmdebstrap")
    if os.geteuid() != 0:
        raise NotMadeError("only root may make device files and change the root folder")
    with _alone(folder):
        if not made.is_dir():
            _make(made)
    return made


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(made: Path) -> None:
    """A root that is only half made has another name, so that it is never used."""
    draft = made.with_suffix(".draft")
    said = ""
    settable = subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode == 0
    alone = ALONE if settable else ALONE_IN_ROOT
    for _ in range(TRIES):
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        draft.chmod(0o755)
        try:
            done = subprocess.run(
                [*alone, "mmdebstrap", *RECIPE, str(draft)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True, timeout=SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise NotMadeError(f"mmdebstrap has not ended within {SECONDS:.0f} s") from None
        if done.returncode == 0:
            draft.rename(made)
            return
        said = done.stdout[-1500:]
    raise NotMadeError(f"mmdebstrap failed:\n{said}")
