"""Releases that differ by few people tell what these few are like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from genostrat.disclosure.cells import THRESHOLD


def find_close_releases(
    members: Iterable[str],
    earlier: Mapping[str, Iterable[str]],
    *,
    threshold: int = THRESHOLD,
) -> Iterator[tuple[str, int, int]]:
    """Yield the earlier releases that differ from a new one by too few people.

    Parameters
    ----------
    members
        Everybody that the new release is about.
    earlier
        Name of a release → everybody that it was about.
    threshold
        People by which two releases must differ, if at all.

    Yields
    ------
    name, n_left, n_joined
        Of a release from which 1 to ``threshold - 1`` people have left, or joined.

    Notes
    -----
    The difference of two tables is a table about those who left and joined. People who
    withdraw one by one would each be told so (dsBase #251 has the attack open since
    2021).

    Examples
    --------
    >>> list(find_close_releases("ABCD", {"may": "ABC"}, threshold=2))
    [('may', 0, 1)]
    >>> list(find_close_releases("ABC", {"may": "ABC"}))
    []
    """
    new = set(members)
    for name, people in earlier.items():
        old = set(people)
        n_left, n_joined = len(old - new), len(new - old)
        if 0 < n_left < threshold or 0 < n_joined < threshold:
            yield name, n_left, n_joined
