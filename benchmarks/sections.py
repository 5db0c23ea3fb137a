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
    return _join(head, {name: texts[name] for name in titles})


def renew_page(page, renewed, *, own):
    """Return the page with its head and own sections anew; what others wrote is kept.

    Own sections are those whose titles begin with one of `own`. They stand first.
    """
    head, texts = split_sections(renewed)
    strange = [title for title in texts if not title.startswith(own)]
    if strange:
        raise ValueError(f"not among its own sections: {strange}")
    kept = split_sections(page)[1]
    others = {title: t for title, t in kept.items() if not title.startswith(own)}
    return _join(head, texts | others)


def _join(head, texts):
    parts = [head, *(f"## {title}\n\n{text}" for title, text in texts.items())]
    return "\n\n".join(parts) + "\n"
