"""What a comparison of an arm with the reference is called."""

from __future__ import annotations


def name_contrast(arm: str, reference: str) -> str:
    """Return the name that every table has for a comparison of two arms.

    Examples
    --------
    >>> name_contrast("active", "control")
    'active vs control'
    """
    return f"{arm} vs {reference}"
