"""Whether the fax card's library is installed, asked before the card is started."""

import ctypes
import logging

LOG = logging.getLogger("huawu.cards")
LIBRARY = "libspandsp.so.2"
PACKAGE = "libspandsp2"


def missing() -> str:
    """The Debian package to install; empty where the library can be loaded."""
    try:
        ctypes.CDLL(LIBRARY)
    except OSError as error:
        LOG.warning("no fax card: %s (install the package %s, or set media.fax_channels: 0)", error, PACKAGE)
        return PACKAGE
    return ""
