"""Python's collector of cyclic garbage, so set that no pass keeps the loop and the SIP thread waiting for long."""

import gc

YOUNG, MIDDLE, OLD = 20_000, 5, 50
"""New objects (net) for a pass over them; passes for one over the middle generation; those for one over all. A call is some 100 objects."""


def exempt_lasting_objects() -> None:
    """At the end of the start: exempts what stays (configuration, prompts, accounts, modules) from all later passes. A pass over it takes 0.1 s and more."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
