"""Faxes: what the cards report of them."""

from switch_server.core.fax.facts import FaxConnected, FaxEnded, FaxPage, FaxToneHeard

__all__ = ["FaxConnected", "FaxEnded", "FaxPage", "FaxToneHeard"]
