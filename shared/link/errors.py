"""The link's errors.

``LinkError``                 root
├── ``KeyFileError``          a key file is missing, damaged, or readable by others
└── ``RequestFailed``         ``Channel.ask``: no good reply; ``failure`` says why
"""

from enum import StrEnum


class Failure(StrEnum):
    """Why a request has no reply. Passed to callbacks in place of the reply."""

    NEVER_LEFT = (
        "never_left"  # the session is not open, or the socket did not take the frame: the peer has not received it
    )
    TIMED_OUT = "timed_out"  # the peer may or may not have acted on it
    LINK_LOST = "link_lost"  # the session ended before the reply; the peer may or may not have acted on it
    UNSUPPORTED = "unsupported"  # the peer does not know this type and has done nothing
    REJECTED = "rejected"  # the peer refused the frame (bad frame, rate) and has done nothing
    BAD_REPLY = "bad_reply"  # the reply could not be decoded; the peer may or may not have acted on it


class LinkError(Exception):
    """Root of this package's errors."""


class KeyFileError(LinkError):
    """A key file can't be used; the message says which file and why."""


class RequestFailed(LinkError):  # noqa: N818  # it is not an error of the link but the answer to a question
    """A request got no valid reply."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.value)
        self.failure = failure
