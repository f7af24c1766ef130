"""Everything that decides, pure: events in, effects out, time passed in (DESIGN §2)."""
