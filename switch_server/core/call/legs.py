"""The legs of a call and their card channels: open, change, hang up, close."""

from shared.enums import EndCause
from shared.ids import CallId, CardId, LegId, leg_of
from switch_server.core.leg import (
    ChannelState,
    DigitPressed,
    HangUp,
    Leg,
    LegEvent,
    LegState,
    Reject,
    SecondChannel,
    SecondState,
    ToCard,
)
from switch_server.core.talk import CallSwitchboard
from switch_server.core.words import (
    CardCommand,
    ChangeFar,
    CloseChannel,
    Effect,
    Far,
    KeysEndPlays,
    OpenChannel,
    Transition,
    Trunk,
)


class CallLegs:
    """The legs of one call, all on one card. ``caller`` is leg 1: the customer's, in outgoing calls too; of a call between seats the called seat's."""

    def __init__(self, call: CallId, caller: Leg, switch: CallSwitchboard) -> None:
        self.id = call
        self.caller = caller
        self.legs: dict[LegId, Leg] = {caller.id: caller}
        self.switch = switch
        self._legs_made = 1
        caller.counted_in(switch.use)

    @property
    def now(self) -> float:
        return self.switch.now

    def emit(self, effect: Effect) -> None:
        self.switch.emit(effect)

    def next_leg(self) -> LegId:
        """The id of the next new leg."""
        return leg_of(self.id, self._legs_made + 1)

    def add_leg(self, leg: Leg) -> None:
        self._legs_made += 1
        leg.card = self.caller.card
        self.legs[leg.id] = leg
        leg.counted_in(self.switch.use)

    def open_channel(self, leg: Leg, far: Far | None) -> None:
        """Asks the leg's card for a channel."""
        leg.step_channel("open")
        leg.far = far
        trunk = next((t for t in self.switch.config.trunks if t.name == leg.trunk), Trunk(leg.trunk))
        self.to_card(leg, OpenChannel(leg.id, far, far.law if far else trunk.laws[0], trunk.digits))

    def change_far(self, leg: Leg, far: Far) -> None:
        if leg.far is None or (leg.far.ip, leg.far.port) != (far.ip, far.port):
            leg.media_came = False
        leg.far = far
        self.to_card(leg, ChangeFar(leg.id, far))

    def hang_up(self, leg: Leg, cause: EndCause) -> None:
        old, _ = self.step_leg(leg, LegEvent.HANG_UP)
        leg.cause = cause
        if old is LegState.OPENING and not leg.incoming:  # no INVITE has been sent, so the lines have no such leg
            self.step_leg(leg, LegEvent.ENDED)
        elif old is LegState.OPENING:
            self.emit(Reject(leg.id, 503, cause))
        else:
            self.emit(HangUp(leg.id, cause))
        self.close_channel(leg)

    def close_channel(self, leg: Leg) -> None:
        self.close_second(leg)
        if leg.channel is ChannelState.OPEN:
            self.to_card(leg, CloseChannel(leg.id))
            leg.step_channel("close")

    def open_second(self, leg: Leg, card: CardId) -> None:
        """Asks another card for a second channel, towards the leg's far end."""
        leg.second = SecondChannel(card)
        trunk = next((t for t in self.switch.config.trunks if t.name == leg.trunk), Trunk(leg.trunk))
        law = leg.far.law if leg.far else trunk.laws[0]
        self.emit(ToCard(card, OpenChannel(leg.id, leg.far, law, trunk.digits)))

    def second_opened(self, leg: Leg) -> None:
        """The second channel is open; that of a leg that has ended meanwhile is closed."""
        second = leg.second
        if second is not None and second.state is SecondState.OPENING:
            second.state = SecondState.OPEN
            if not leg.alive:
                self.close_second(leg)

    def close_second(self, leg: Leg) -> None:
        """A channel that is still being opened is closed when it is open."""
        second = leg.second
        if second is not None and second.state is SecondState.OPEN:
            second.state = SecondState.CLOSING
            self.emit(ToCard(second.card, CloseChannel(leg.id)))

    def give_up(self) -> None:
        """The end of a leg was never reported by the lines or the card: ends all legs without that report."""
        for leg in self.legs.values():
            if leg.state is not LegState.ENDED:
                self.step_leg(leg, LegEvent.ENDED)
            self.to_card(leg, CloseChannel(leg.id))
            if leg.second is not None:
                self.emit(ToCard(leg.second.card, CloseChannel(leg.id)))
                leg.second = None
            leg.give_up_channel()

    def takes_key(self, leg: Leg, key: DigitPressed) -> bool:
        """Whether the key counts (``KeySource``). Before the key has an effect, the leg's card is told whether the keys that it hears still end plays."""
        was_info = leg.keys.is_info
        if not leg.keys.takes(key.way, self.now):
            self.switch.count("keys_doubled")
            return False
        if leg.keys.is_info is not was_info:
            self.to_card(leg, KeysEndPlays(leg.id, was_info))
        return True

    # --- small things ---

    def to_card(self, leg: Leg, command: CardCommand) -> None:
        if leg.card is not None and leg.channel in (ChannelState.OPENING, ChannelState.OPEN):
            self.emit(ToCard(leg.card, command))

    def step_leg(self, leg: Leg, event: LegEvent) -> tuple[LegState, LegState | None]:
        old, new = leg.step(event)
        if new is LegState.ENDED:
            leg.ended = self.now
        self.emit(Transition("leg", leg.id, old, event, new or "ignored"))
        return old, new
