"""Where real cohorts, guidelines and trial records lie: the one home of that path.

The folder that GENOSTRAT_DATA names, else ``shared/data`` beside the checkout. Whether
it is there is for the caller to ask: tests skip with a reason, commands fail.
"""

from __future__ import annotations

import os
from pathlib import Path

_BESIDE = Path(__file__).resolve().parents[2] / "shared/data"
DATA = Path(os.environ.get("GENOSTRAT_DATA", _BESIDE)).resolve()
