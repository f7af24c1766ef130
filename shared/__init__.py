"""The parts that the programs share: ids, enumerations, money, messages. No I/O outside ``shared.link``."""
