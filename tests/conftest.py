"""The order of tests: whole runs first, so that no core waits for one at the end."""

from pathlib import Path

HERE = Path(__file__).parent
#: Folders in this order; others follow.
FIRST = ("workflow", "real", "slurm")


def pytest_collection_modifyitems(items):
    """Sort files by what they take; within a file nothing changes."""
    ranks = {folder: rank for rank, folder in enumerate(FIRST)}

    def rank_of(item):
        folder = item.path.relative_to(HERE).parts[0]
        return ranks.get(folder, len(ranks))

    items.sort(key=rank_of)
