"""Voice cards and the fax card as processes: ``CardRack`` implements ``ports.CardsPort``."""

from switch_server.adapters.cards.rack import CardRack

__all__ = ["CardRack"]
