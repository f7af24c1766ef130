"""spandsp's completion codes (``T30_ERR_…`` of spandsp 0.0.6) as ``FaxResult``s. The words of all codes are in ``resources/texts/fax.yaml``."""

from typing import Final

from shared.fax import FaxResult

T30_OK: Final = 0
T1_EXPIRED: Final = 3
NO_DCN: Final = 29
OPERATOR_STOPPED: Final = 7
FILE_ERROR: Final = 41
CALL_DROPPED: Final = 49

_CODES: dict[FaxResult, tuple[int, ...]] = {
    FaxResult.OK: (T30_OK, NO_DCN),  # all pages were received and confirmed, only the far machine's DCN was not heard
    FaxResult.NO_FAX: (2, T1_EXPIRED),
    FaxResult.TRAINING: (6, 14, 20),
    FaxResult.INCOMPATIBLE: (8, 9, 10, 11, 12, 50),
    FaxResult.DROPPED: (15, 17, 21, 26, 27, 28, 30, 31, 32, 35, 36, 37, 38, 39, 40, 48, CALL_DROPPED),
    FaxResult.BAD_FILE: (FILE_ERROR, 42, 43, 44, 45, 46),
    FaxResult.PROTOCOL: (
        1, 4, 5, 7, 13, 16, 18, 19, 22, 23, 24, 25, 33, 34, 47, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61,
    ),
}  # fmt: skip

RESULTS: dict[int, FaxResult] = {code: result for result, codes in _CODES.items() for code in codes}


def result_of(code: int) -> FaxResult:
    """An unknown code, of a newer library, is ``PROTOCOL``."""
    return RESULTS.get(code, FaxResult.PROTOCOL)
