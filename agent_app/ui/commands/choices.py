"""Lists of choices."""

from shared.enums import SWITCH_LOCKS, LockReason

CHOICES = tuple(reason for reason in LockReason if reason not in SWITCH_LOCKS)
"""Reasons for a lock (闭锁原因)."""
