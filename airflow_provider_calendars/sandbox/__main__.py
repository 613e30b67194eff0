"""``python -m airflow_provider_calendars.sandbox``: serve until Ctrl-C."""

from __future__ import annotations

import argparse
import dataclasses
import signal
import sys
import threading
from collections.abc import Sequence

from airflow_provider_calendars.sandbox.server import Sandbox
from airflow_provider_calendars.sandbox.settings import Settings

DEFAULT_PORT = 8765


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the vendors' APIs on 127.0.0.1 until the process is asked to end.

    :param arguments: arguments of the command line.
    """
    options = _parser().parse_args(arguments)
    try:
        settings = Settings(**{name: getattr(options, name) for name in _times()})
        _serve(options, settings)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _serve(options: argparse.Namespace, settings: Settings) -> None:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    log = (lambda line: print(line, flush=True)) if options.verbose else None
    seeds = options.seed_campaigns
    with Sandbox(port=options.port, settings=settings, seed_campaigns=seeds, log=log) as sandbox:
        print(f"Calendars sandbox: {sandbox.url} (Ctrl-C ends it)")
        for name in sandbox.systems:
            print(f"export AIRFLOW_CONN_{name.upper()}_DEFAULT='{sandbox.connection_json(name)}'", flush=True)
        ended.wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m airflow_provider_calendars.sandbox",
        description="Serve the calendar vendors' APIs on 127.0.0.1. Nobody is mailed.",
    )
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help="default: %(default)s; 0 takes a free one"
    )
    parser.add_argument(
        "--seed-campaigns", type=int, default=0, metavar="N", help="begin with N empty campaigns"
    )
    parser.add_argument("--verbose", action="store_true", help="print a line for each request")
    for name, (default, about) in _times().items():
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(
            option, type=float, default=default, metavar="S", help=f"{about} (default: %(default)s)"
        )
    return parser


def _times() -> dict[str, tuple[float, str]]:
    fields = [field for field in dataclasses.fields(Settings) if field.metadata["kind"] == "seconds"]
    return {field.name: (float(getattr(Settings, field.name)), field.metadata["about"]) for field in fields}


if __name__ == "__main__":
    sys.exit(main())
