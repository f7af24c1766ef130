"""A T.30 terminal over T.38 (ITU-T T.38 (09/2010)): spandsp's terminal, with UDPTL datagrams by ``udptl.py``."""

from collections.abc import Callable
from typing import Any

from switch_server.core.words import T38Far
from switch_server.fax_card import FRAME
from switch_server.fax_card.library import FFI, NULL
from switch_server.fax_card.t30 import T30State, Task
from switch_server.fax_card.udptl import Packet, UdptlReceiver, UdptlSender

MOST_VERSION = 3
MOST_COPIES = 4
"""Copies of one datagram that are sent at most, where spandsp asks for several: nothing follows an indicator for a while."""


class T38Terminal:
    """``transmit`` once a tick (datagrams go to ``send``), ``receive`` for each datagram of the far end."""

    t38 = True

    def __init__(self, library: Any, task: Task, far: T38Far, send: Callable[[bytes], None]) -> None:
        self._library, self._send = library, send
        self._handle = FFI.new_handle(self)
        self._sender, self._receiver = UdptlSender(far.redundancy, far.max_datagram), UdptlReceiver()
        self._terminal = library.t38_terminal_init(NULL, int(task.sending), _packet, self._handle)
        if self._terminal == NULL:
            raise MemoryError("t38_terminal_init")
        self._core = library.t38_terminal_get_t38_core_state(self._terminal)
        library.t38_set_t38_version(self._core, max(0, min(far.version, MOST_VERSION)))
        self.state = T30State(library, library.t38_terminal_get_t30_state(self._terminal), task)

    def receive(self, packet: Packet) -> None:
        for seq, ifp in self._receiver.take(packet):
            self._library.t38_core_rx_ifp_packet(self._core, ifp, len(ifp), seq)

    def transmit(self) -> None:
        """20 ms pass."""
        self._library.t38_terminal_send_timeout(self._terminal, FRAME)

    def send_packet(self, ifp: bytes, copies: int) -> None:
        datagram = self._sender.datagram(ifp)
        for _ in range(max(1, min(copies, MOST_COPIES))):
            self._send(datagram)

    def free(self) -> None:
        """The terminal is not used any more; a received page's file is closed."""
        self.state.terminate()
        self._library.t38_terminal_free(self._terminal)


@FFI.callback("t38_tx_packet_handler_t")  # type: ignore[untyped-decorator]  # cffi has no types
def _packet(_: Any, user: Any, content: Any, length: int, copies: int) -> int:
    FFI.from_handle(user).send_packet(bytes(FFI.buffer(content, length)), copies)
    return 0
