"""The states of a fax to be sent.

```
(kept) ──► waiting ──turn──► dialling ──connected──► sending ──► sent
              ▲                 │                      │
              └────── again ────┴──────────────────────┴──► failed
```
A fax that waits or is being sent can be cancelled; one that has failed or was cancelled can be tried anew. One whose last page is confirmed when it
begins to wait (the switch was killed just then) is ``sent`` without a further call.
"""

from shared.fax import FaxState

S = FaxState
_OVER = {"again": S.WAITING, "sent": S.SENT, "failed": S.FAILED, "cancel": S.CANCELLED}
TRANSITIONS: dict[FaxState, dict[str, FaxState]] = {
    S.WAITING: {"turn": S.DIALLING, "sent": S.SENT, "cancel": S.CANCELLED},
    S.DIALLING: {"connected": S.SENDING, **_OVER},
    S.SENDING: _OVER,
    S.SENT: {},
    S.FAILED: {"retry": S.WAITING},
    S.CANCELLED: {"retry": S.WAITING},
}
