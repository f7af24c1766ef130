"""The port of the far end to which a file's centre calls out."""

import pytest

from tests.sip_tools import free_port


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()
