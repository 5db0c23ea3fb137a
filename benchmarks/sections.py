"""Sections of a written page, so that what writes one keeps the others."""

import re


def split_sections(page):
    """Return what stands before the first heading, and title → text below it."""
    head, *parts = re.split(r"^## (.+)\n", page, flags=re.M)
    texts = dict(zip(parts[::2], (text.strip() for text in parts[1::2]), strict=True))
    return head.strip(), texts


def section_of(page, title):
    """Return the text below a heading of the second level, or blank."""
    return split_sections(page)[1].get(title, "")


def put_section(page, title, text, *, before=None):
    """Return the page with the section of a title replaced.

    A new one stands before the section named `before`, or last.
    """
    head, texts = split_sections(page)
    titles = list(texts)
    if title not in texts:
        place = titles.index(before) if before in texts else len(titles)
        titles.insert(place, title)
    texts[title] = text.strip()
    parts = [head, *(f"## {name}\n\n{texts[name]}" for name in titles)]
    return "\n\n".join(parts) + "\n"
