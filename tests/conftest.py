"""For all tests: they start listed programs only."""

import sys

from tests.house.programs import refuse_unlisted

sys.addaudithook(refuse_unlisted)
