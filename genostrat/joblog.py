"""One logging context for every script.

Messages go to the rule's log file and to stderr, so that neither a scheduler's log
nor a terminal is left without them. A problem the user can mend ends the job with
its message alone; anything else ends it with a traceback.
"""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from genostrat.errors import GenostratError

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


@contextmanager
def job_log(path: str | Path) -> Iterator[logging.Logger]:
    """Log to `path` and stderr for the length of one job.

    Raises
    ------
    SystemExit
        With code 1 after a :class:`~genostrat.errors.GenostratError` was logged.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    root = logging.getLogger()
    handlers: list[logging.Handler] = [
        logging.FileHandler(path, mode="w", encoding="utf-8"),
        logging.StreamHandler(sys.stderr),
    ]
    before = root.level
    for handler in handlers:
        handler.setFormatter(logging.Formatter(LOG_FORMAT))
        root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)
    warnings.simplefilter("default")
    log = logging.getLogger("genostrat")
    try:
        yield log
    except GenostratError as error:
        log.error("%s", error)
        raise SystemExit(1) from None
    except Exception:
        log.exception("this job failed in a way genostrat did not foresee")
        raise
    finally:
        logging.captureWarnings(False)
        root.setLevel(before)
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()
