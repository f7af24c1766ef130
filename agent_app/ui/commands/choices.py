"""What a person chooses from."""

from shared.enums import SWITCH_LOCKS, LockReason

CHOICES = tuple(reason for reason in LockReason if reason not in SWITCH_LOCKS)
"""Why a seat is locked (闭锁原因)."""
