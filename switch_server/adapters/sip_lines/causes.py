"""SIP status codes, causes of ITU-T Q.850, and the ``EndCause`` of a leg, both ways (RFC 3261 §21, RFC 3326, RFC 3398)."""

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

FROM_Q850: Final[dict[int, EndCause]] = {
    17: EndCause.FAR_BUSY,
    18: EndCause.NO_ANSWER,
    19: EndCause.NO_ANSWER,
    20: EndCause.NO_ANSWER,
    65: EndCause.REJECTED_MEDIA,
    88: EndCause.REJECTED_MEDIA,
}
"""By the Q.850 cause of a refusal, which says more than its status code; after any other cause the status code decides."""

TO_Q850: Final[dict[EndCause, int]] = {
    EndCause.CALLER_HUNG_UP: 16,
    EndCause.FAR_HUNG_UP: 16,
    EndCause.GOODBYE: 16,
    EndCause.REJECTED_BUSY: 17,
    EndCause.REJECTED_FULL: 34,
    EndCause.REJECTED_MEDIA: 88,
    EndCause.REJECTED_NUMBER: 1,
    EndCause.CANCELLED: 16,
    EndCause.NO_ANSWER: 19,
    EndCause.FAR_BUSY: 17,
    EndCause.FAR_REFUSED: 21,
    EndCause.FAR_LOST: 102,
    EndCause.CARD_LOST: 41,
    EndCause.WRONG_PIN: 16,
    EndCause.NO_INPUT: 16,
    EndCause.OPERATOR: 16,
    EndCause.TOO_LONG: 31,
    EndCause.AGENT_HUNG_UP: 16,
    EndCause.DESK_LOST: 41,
    EndCause.CALLBACK: 16,
    EndCause.SWITCH_STOPPED: 41,
    EndCause.RECONCILED: 41,
    EndCause.FAULT: 41,
}
"""The cause in our own BYE, CANCEL or refusal. ``ANSWERED_ELSEWHERE`` has the SIP cause ``ELSEWHERE``."""
Q850_TEXTS: Final[dict[int, str]] = {
    1: "Unallocated (unassigned) number",
    16: "Normal call clearing",
    17: "User busy",
    19: "No answer from user (user alerted)",
    21: "Call rejected",
    31: "Normal, unspecified",
    34: "No circuit/channel available",
    41: "Temporary failure",
    88: "Incompatible destination",
    102: "Recovery on timer expiry",
}
ELSEWHERE: Final = 200
"""The SIP cause of a CANCEL after another callee's answer (RFC 3326 §3.1)."""

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
    421: "Extension Required",
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


def cause_of(code: int, q850: int | None = None) -> EndCause:
    """Why an outgoing call failed, by the final response and the Q.850 cause in it."""
    return FROM_Q850.get(q850 or 0) or FROM_SIP.get(code, EndCause.FAR_REFUSED)


def code_of(cause: EndCause) -> int:
    """The status code with which an unanswered caller is refused."""
    return TO_SIP.get(cause, 480)


def reason_of(code: int) -> str:
    return REASONS.get(code, "Failure" if code >= 400 else "OK")
