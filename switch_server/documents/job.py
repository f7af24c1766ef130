"""A renderer of the switch: ``python -m switch_server.documents.job`` reads one job (``shared.document_jobs``) from its standard input, and writes its reply."""

import argparse
import os
import sys

import msgspec

from shared.document_jobs import JOBS
from switch_server.documents.limits import confine
from switch_server.documents.work import work


def main() -> None:
    argparse.ArgumentParser(prog="switch_server.documents.job", description=__doc__).parse_args()
    os.umask(0o077)
    confine()
    reply = work(JOBS.decode(sys.stdin.buffer.read()))
    sys.stdout.buffer.write(msgspec.json.encode(reply))


if __name__ == "__main__":
    main()
