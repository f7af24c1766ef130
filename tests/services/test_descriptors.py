"""File descriptors in use, and silent connections in the kernel's table."""

import os
import resource
import socket

import pytest

from shared.control_rows import Trouble, TroubleCode
from shared.link.listening import listener
from switch_server.services import descriptors
from switch_server.services.descriptors import MANY_SILENT, DescriptorWatch, silent_connections

TABLE = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:15CD 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0100007F:15CD 0200007F:C350 03 00000000:00000000 01:00000032 00000000     0        0 0 1 0
   2: 0100007F:15CD 0200007F:C351 01 00000000:00000000 01:00000032 00000000     0        0 0 1 0
   3: 0100007F:15CC 0200007F:C352 03 00000000:00000000 01:00000032 00000000     0        0 0 1 0
"""


def test_silent_connections_are_those_that_the_kernel_keeps() -> None:
    assert silent_connections(TABLE) == {5581: 1, 5580: 1}
    assert silent_connections("") == {}


def test_many_silent_connections_are_counted_and_told() -> None:
    descriptor = listener("tcp://127.0.0.1:0")
    assert descriptor is not None
    with socket.socket(fileno=descriptor) as made:
        address = made.getsockname()
        endpoint, watch = f"tcp://127.0.0.1:{address[1]}", DescriptorWatch()
        assert watch.troubles() == (None, None)
        strangers = [socket.create_connection(address, timeout=30) for _ in range(MANY_SILENT)]
        watch.look((endpoint, "ipc:///nowhere"))
        assert watch.silent(endpoint) == {"silent_connections": MANY_SILENT}
        assert watch.silent("ipc:///nowhere") == {"silent_connections": 0}
        assert watch.troubles()[1] == Trouble(TroubleCode.SILENT_CONNECTIONS, str(MANY_SILENT))
        for each in strangers:
            each.close()


def test_few_descriptors_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = DescriptorWatch()
    monkeypatch.setattr(descriptors, "limit", lambda: 10)
    watch.look(())
    assert watch.troubles()[0] == Trouble(TroubleCode.FEW_DESCRIPTORS, str(descriptors.used()), "10")


def test_the_limit_is_raised_as_far_as_allowed() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(512, before[1]), before[1]))
        descriptors.raise_limit()
        assert descriptors.limit() == min(descriptors.WANTED, before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_where_no_file_can_be_opened_all_are_in_use() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.dup(0)
    os.close(lowest)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, before[1]))
        assert descriptors.used() == lowest
        DescriptorWatch().look(("tcp://127.0.0.1:5581",))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
