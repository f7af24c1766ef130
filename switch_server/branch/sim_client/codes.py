"""The counter's codes, both ways. For unknown codes the client turns ``KeyError`` into ``TradingSilent``."""

from shared.enums import ORDER_STATUS_CODES, Market, OrderStatus, Refusal, Side

MARKET_CODES: dict[Market, str] = {Market.SH: "1", Market.SZ: "0"}
SIDE_CODES: dict[Side, str] = {Side.BUY: "0B", Side.SELL: "0S"}
REFUSAL_CODES: dict[Refusal, str] = {
    Refusal.UNKNOWN_ACCOUNT: "304",
    Refusal.WRONG_PIN: "305",
    Refusal.ACCOUNT_LOCKED: "306",
    Refusal.MARKET_CLOSED: "401",
    Refusal.UNKNOWN_CODE: "410",
    Refusal.SUSPENDED: "411",
    Refusal.BAD_LOT: "412",
    Refusal.OFF_TICK: "413",
    Refusal.OFF_LIMIT: "414",
    Refusal.NO_CASH: "415",
    Refusal.NO_SHARES: "416",
    Refusal.UNKNOWN_CONTRACT: "420",
    Refusal.NOT_CANCELLABLE: "421",
    Refusal.UNSUPPORTED: "99",
    Refusal.BRANCH_DOWN: "101",
}

MARKETS = {code: market for market, code in MARKET_CODES.items()}
SIDES = {code: side for side, code in SIDE_CODES.items()}
STATUSES: dict[str, OrderStatus] = {code: status for status, code in ORDER_STATUS_CODES.items()}
REFUSALS = {code: refusal for refusal, code in REFUSAL_CODES.items()}
