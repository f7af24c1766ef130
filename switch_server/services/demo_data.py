"""The demonstration's world: six branches (营业部) in Guangzhou, about 200 customers, agents (座席), 60 well-known stock codes.

Everything is invented, except the codes. ``generate`` is pure: the same seed gives the same world. ``write`` writes the input files of the
simulated trading systems; they hold PINs in plain text, so their folder must be outside the switch's state folder, where no PIN may ever
be found.
"""

from pathlib import Path
from random import Random
from typing import Literal

import msgspec
from msgspec import Struct, structs

from shared.enums import Language, Market, Role
from shared.ids import AccountNo, AgentId, BranchId, CustomerId, DeskId, Fen, Milli, Shares, SkillName, StockCode
from shared.money import parse_price
from switch_server.disk.whole_file import write_whole
from switch_server.ports.desks import AgentBook, AgentRecord
from switch_server.ports.records import Account, Customer, CustomerBook
from switch_server.services.demo_names import ENGLISH, chinese_name
from switch_server.services.passwords import hash_password

SEED = 2007
AGENTS = 3
FIRST_AGENT = 1001
GROUP = "team-1"
"""The group (班组) of all agents; the first agent is its supervisor (班长)."""
TRADING = SkillName("trading")
WORLD_FILE = "world.json"
LOT = 100


class DemoStock(Struct, frozen=True):
    """A code of ``resources/demo/stocks.yaml``; ``base`` is its first price, 1/1000 yuan."""

    code: StockCode
    name: str
    market: Market
    base: Milli


class DemoBranch(Struct, frozen=True):
    """``system``: the kind of trading system that the branch would have; the demonstration simulates both alike."""

    id: BranchId
    name: str
    name_en: str
    system: Literal["apex", "kingdom"]
    prefix: str
    digits: int


class DemoHolding(Struct, frozen=True):
    """``cost``: price paid for a share, 1/1000 yuan."""

    code: StockCode
    quantity: Shares
    sellable: Shares
    cost: Milli


class DemoAccount(Struct, frozen=True):
    """The simulated trading system's input. The PIN is an invented customer's: the only kind of PIN that is ever shown."""

    account: AccountNo
    name: str
    pin: str
    cash_fen: Fen
    holdings: tuple[DemoHolding, ...]
    branch: BranchId


class DemoCustomer(Struct, frozen=True):
    id: CustomerId
    phone: str
    vip: bool
    language: Language
    account: DemoAccount


class DemoAgent(Struct, frozen=True):
    """座席. The password is invented, like the PINs."""

    agent: AgentId
    name: str
    password: str
    desk: DeskId
    role: Role
    skills: dict[SkillName, int]


class DemoWorld(Struct, frozen=True):
    seed: int
    branches: tuple[DemoBranch, ...]
    stocks: tuple[DemoStock, ...]
    customers: tuple[DemoCustomer, ...]
    agents: tuple[DemoAgent, ...] = ()


BRANCHES = (
    DemoBranch(BranchId("GZ01"), "天河路营业部", "Tianhe Road", "apex", "6001", 8),
    DemoBranch(BranchId("GZ02"), "东风路营业部", "Dongfeng Road", "apex", "6002", 8),
    DemoBranch(BranchId("GZ03"), "北京路营业部", "Beijing Road", "apex", "6003", 8),
    DemoBranch(BranchId("GZ04"), "江南西营业部", "Jiangnan West", "kingdom", "204", 9),
    DemoBranch(BranchId("GZ05"), "体育东营业部", "Tiyu East", "kingdom", "205", 9),
    DemoBranch(BranchId("GZ06"), "番禺市桥营业部", "Panyu Shiqiao", "kingdom", "8806", 10),
)


class _StockFile(Struct, frozen=True):
    code: StockCode
    name: str
    market: Market
    prev_close: str


def read_stocks(path: Path) -> tuple[DemoStock, ...]:
    """From ``resources/demo/stocks.yaml``; raises ``OSError`` or ``ValueError``."""
    rows = msgspec.yaml.decode(path.read_bytes(), type=list[_StockFile])
    return tuple(DemoStock(row.code, row.name, row.market, parse_price(row.prev_close)) for row in rows)


class _InUse(Struct, frozen=True):
    """Numbers and PINs in use. No PIN is a part of a number, so that a PIN's digits found in a file are really a PIN."""

    numbers: set[str]
    pins: set[str]


def generate(stocks: tuple[DemoStock, ...], seed: int = SEED, customers: int = 200, agents: int = AGENTS) -> DemoWorld:
    """The world of this seed; its first ``n`` customers do not depend on the number of customers."""
    random = Random(seed)  # noqa: S311  invented PINs, not secrets
    taken = _InUse({str(stock.code) for stock in stocks}, set())
    made = tuple(_customer(random, number, stocks, taken) for number in range(1, customers + 1))
    return DemoWorld(seed, BRANCHES, stocks, made, _agents(seed, agents))


def _agents(seed: int, count: int) -> tuple[DemoAgent, ...]:
    """With a random generator of its own, so that the customers of a seed do not depend on it."""
    random = Random(f"agents {seed}")  # noqa: S311  invented passwords, not secrets
    return tuple(
        DemoAgent(
            AgentId(str(FIRST_AGENT + number)),
            chinese_name(random),
            "".join(random.choices("abcdefghkmnpqrstuvwxyz23456789", k=10)),
            DeskId(f"desk-{number + 1}"),
            Role.AGENT if number else Role.SUPERVISOR,
            {TRADING: number % 3} if number % 3 else {},
        )
        for number in range(count)
    )


def _customer(random: Random, number: int, stocks: tuple[DemoStock, ...], taken: _InUse) -> DemoCustomer:
    branch = BRANCHES[(number - 1) % len(BRANCHES)]
    english = number % 33 == 0
    name = ENGLISH[(number // 33 - 1) % len(ENGLISH)] if english else chinese_name(random)
    phone = _new(random, taken, *(("139000", 11) if random.random() < 0.7 else ("0205550", 11)))
    account = DemoAccount(
        account=AccountNo(_new(random, taken, branch.prefix, branch.digits)),
        name=name,
        pin=_pin(random, taken),
        cash_fen=Fen(random.randint(50, 20_000) * 100_00),
        holdings=tuple(
            _holding(random, stock) for stock in random.sample(stocks, random.randint(1, min(6, len(stocks))))
        ),
        branch=branch.id,
    )
    language = Language.EN if english else Language.ZH
    return DemoCustomer(CustomerId(number), phone, random.random() < 0.1, language, account)


def _new(random: Random, taken: _InUse, prefix: str, digits: int) -> str:
    """A number of so many digits that is not in use."""
    while True:
        rest = digits - len(prefix)
        number = f"{prefix}{random.randrange(10**rest):0{rest}}"
        if number not in taken.numbers and not any(pin in number for pin in taken.pins):
            taken.numbers.add(number)
            return number


def _pin(random: Random, taken: _InUse) -> str:
    """Six digits, not in use and not weak."""
    while True:
        pin = f"{random.randrange(10**6):06}"
        if len(set(pin)) >= 4 and pin not in taken.pins and not any(pin in number for number in taken.numbers):
            taken.pins.add(pin)
            return pin


def _holding(random: Random, stock: DemoStock) -> DemoHolding:
    """Some lots, bought at about today's price; in one of five holdings a part was bought today and can't be sold (T+1)."""
    lots = random.randint(1, 80)
    sellable = random.randrange(lots) if random.random() < 0.2 else lots
    cost = round(stock.base * random.uniform(0.8, 1.2) / 10) * 10
    return DemoHolding(stock.code, Shares(lots * LOT), Shares(sellable * LOT), Milli(max(10, cost)))


def customers_of(world: DemoWorld) -> tuple[Customer, ...]:
    """The customers for the centre's customer book: no PIN, no money."""
    return tuple(
        Customer(
            id=each.id,
            name=each.account.name,
            phones=(each.phone,),
            accounts=(Account(each.account.account, each.account.branch),),
            vip=each.vip,
            language=each.language,
        )
        for each in world.customers
    )


def put_into(world: DemoWorld, book: CustomerBook) -> None:
    book.put_customers(customers_of(world))


def put_agents_into(world: DemoWorld, book: AgentBook, keys: dict[DeskId, str]) -> None:
    """``keys``: each desk's public key. Takes about 0.1 s for each agent (argon2id)."""
    for each in world.agents:
        record = AgentRecord(
            each.agent, each.name, each.role, GROUP, each.skills, password=hash_password(each.password)
        )
        book.put_agent(record, "demo")
        book.put_desk_key(each.desk, keys[each.desk], "demo")


def write(world: DemoWorld, folder: Path) -> None:
    """``accounts-GZ01.json`` … and ``stocks.json`` for the simulated trading systems, ``world.json`` for ``switchctl demo``.

    Readable by the owner only. Raises ``OSError``.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for branch in world.branches:
        accounts = [each.account for each in world.customers if each.account.branch == branch.id]
        write_whole(folder / f"accounts-{branch.id}.json", _json(accounts))
    write_whole(folder / "stocks.json", _json([structs.asdict(stock) for stock in world.stocks]))
    write_whole(folder / WORLD_FILE, _json(world))


def _json(content: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(content))


def read_world(folder: Path) -> DemoWorld:
    """Reads the files of ``write``; raises ``OSError`` or ``ValueError``."""
    return msgspec.json.decode((folder / WORLD_FILE).read_bytes(), type=DemoWorld)
