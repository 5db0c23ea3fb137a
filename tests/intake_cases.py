"""Small cohorts, checked as the workflow checks them: from the config file on."""

from pathlib import Path

import pytest
import yaml

from genostrat.config.request import request_check
from genostrat.config.settings import load_settings
from genostrat.errors import GenostratError
from genostrat.intake.cohort import check_cohort

HOME = Path(__file__).resolve().parents[1]


def load(folder, config, overrides=None, site=None):
    """Write a cohort's config, and return it with all defaults filled in."""
    (folder / "config/cohorts").mkdir(parents=True, exist_ok=True)
    text = config if isinstance(config, str) else yaml.safe_dump(config)
    (folder / "config/cohorts/ward.yaml").write_text(text)
    if site is not None:
        (folder / "config/config.yaml").write_text(site)
    chosen = {"cohorts": ["ward"]} | (overrides or {})
    return load_settings(chosen, home=HOME, directory=folder).cohorts["ward"]


def check(folder, config, overrides=None, site=None, *, n_pieces=1, markers=None):
    """Check a cohort; paths in its config are absolute, or below the folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        cohort = load(folder, config, overrides, site)
        return check_cohort(request_check(cohort), n_pieces=n_pieces, markers=markers)


def complaint(folder, config, overrides=None, site=None):
    """Return the problems of a cohort that is refused."""
    with pytest.raises(GenostratError) as caught:
        check(folder, config, overrides, site)
    return caught.value.problems


def write_table(path, columns, sep="\t"):
    """Write columns by their names as a table."""
    rows = [list(columns), *zip(*columns.values(), strict=True)]
    path.write_text("".join(sep.join(map(str, row)) + "\n" for row in rows))
    return path
