"""SIP status codes and the ``EndCause`` of a leg, both ways (RFC 3261 §21)."""

from typing import Final

from shared.enums import EndCause

FROM_SIP: Final[dict[int, EndCause]] = {
    404: EndCause.FAR_REFUSED,
    408: EndCause.NO_ANSWER,
    480: EndCause.NO_ANSWER,
    486: EndCause.FAR_BUSY,
    487: EndCause.CANCELLED,
    488: EndCause.REJECTED_MEDIA,
    600: EndCause.FAR_BUSY,
    603: EndCause.FAR_REFUSED,
    606: EndCause.REJECTED_MEDIA,
}
"""By the final response to our INVITE; any other code is ``FAR_REFUSED``."""

TO_SIP: Final[dict[EndCause, int]] = {
    EndCause.REJECTED_BUSY: 486,
    EndCause.REJECTED_FULL: 503,
    EndCause.REJECTED_MEDIA: 488,
    EndCause.REJECTED_NUMBER: 404,
    EndCause.CARD_LOST: 503,
    EndCause.SWITCH_STOPPED: 503,
    EndCause.FAULT: 500,
}
"""The status code of a ``HangUp`` before the answer; any other cause is 480."""

REASONS: Final[dict[int, str]] = {
    100: "Trying",
    180: "Ringing",
    183: "Session Progress",
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    415: "Unsupported Media Type",
    420: "Bad Extension",
    422: "Session Interval Too Small",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    482: "Loop Detected",
    483: "Too Many Hops",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    491: "Request Pending",
    500: "Server Internal Error",
    501: "Not Implemented",
    503: "Service Unavailable",
    603: "Decline",
}


def cause_of(code: int) -> EndCause:
    """Why an outgoing call failed."""
    return FROM_SIP.get(code, EndCause.FAR_REFUSED)


def code_of(cause: EndCause) -> int:
    """The status code with which an unanswered caller is refused."""
    return TO_SIP.get(cause, 480)


def reason_of(code: int) -> str:
    return REASONS.get(code, "Failure" if code >= 400 else "OK")
