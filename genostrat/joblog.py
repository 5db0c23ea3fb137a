"""One logging context for every script.

A log says when its job began and ended, with how much memory, what was read, kept and
dropped, and every half minute that the job still runs. It names no patient: library
code logs counts, never identifiers. Warnings, errors and what is said to the user
(:func:`tell`) go to stderr too, so that neither a scheduler's log nor a terminal is
left without them. A problem the user can mend ends the job with its message alone;
anything else ends it with a traceback.
"""

from __future__ import annotations

import logging
import resource
import sys
import threading
import time
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from genostrat import __version__
from genostrat.errors import GenostratError
from genostrat.privacy import create_file, keep_private, make_folder

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
#: Seconds between two lines of a job that says nothing else.
HEARTBEAT = 30.0


def warn_of(texts: Iterable[str]) -> None:
    """Say warnings in the log and on the terminal, each once."""
    log = logging.getLogger("genostrat")
    for text in dict.fromkeys(texts):
        log.warning("%s", text)


@contextmanager
def job_log(path: str | Path) -> Iterator[logging.Logger]:
    """Log to `path`, and warnings to stderr, for the length of one job.

    A failed check quotes the user's file, so the log is not readable by others, and
    neither is anything else that the job creates.

    Raises
    ------
    SystemExit
        With code 1 after a :class:`~genostrat.errors.GenostratError` was logged.
    """
    path = Path(path)
    keep_private()
    make_folder(path.parent)
    log = logging.getLogger("genostrat")
    with _handlers(path):
        log.info("began: %s with genostrat %s", path.stem, __version__)
        started = time.monotonic()
        stop = threading.Event()
        beating = threading.Thread(target=_beat, args=(log, stop, started), daemon=True)
        beating.start()
        try:
            yield log
            log.info("finished after %s", _spent(started))
        except GenostratError as error:
            log.error("%s", error)
            log.info("stopped after %s", _spent(started))
            raise SystemExit(1) from None
        except Exception:
            log.exception("this job failed in a way genostrat did not foresee")
            raise
        finally:
            stop.set()
            beating.join()


def tell(log: logging.Logger, text: str) -> None:
    """Say something that is no warning where the user reads it: on the terminal too."""
    log.info("%s", text, extra={"told": True})


def _is_for_terminal(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or getattr(record, "told", False)


@contextmanager
def _handlers(path: Path) -> Iterator[None]:
    root = logging.getLogger()
    before = root.level
    to_terminal = logging.StreamHandler(sys.stderr)
    to_terminal.addFilter(_is_for_terminal)
    to_file = logging.FileHandler(create_file(path), mode="w", encoding="utf-8")
    handlers: tuple[logging.Handler, ...] = (to_file, to_terminal)
    for handler in handlers:
        handler.setFormatter(logging.Formatter(LOG_FORMAT))
        root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)
    warnings.simplefilter("default")
    try:
        yield
    finally:
        logging.captureWarnings(False)
        root.setLevel(before)
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()


def _beat(log: logging.Logger, stop: threading.Event, started: float) -> None:
    """Say that the job still runs, until it does not."""
    while not stop.wait(HEARTBEAT):
        log.info("still running after %s", _spent(started))


def _spent(started: float) -> str:
    seconds = time.monotonic() - started
    # Linux counts kilobytes.
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    minutes, rest = divmod(seconds, 60)
    spent = f"{minutes:.0f} min {rest:.0f} s" if minutes else f"{seconds:.1f} s"
    return f"{spent}, with {megabytes:,.0f} MB at most"
