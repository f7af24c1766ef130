"""What the programs share: ids, words, money, the wire. No I/O outside ``shared.link``."""
