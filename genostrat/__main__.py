"""``python -m genostrat`` is the command ``genostrat``."""

import sys

from genostrat.door.main import main

if __name__ == "__main__":
    sys.exit(main())
