"""Figures and tables of a report as files beside its page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from shutil import rmtree

from genostrat.privacy import create_file, make_folder, starts_formula
from genostrat.report.figures.catalogue import describe_figure
from genostrat.report.parts.document import (
    Block,
    Bullets,
    Figures,
    Page,
    Paragraph,
    Section,
    TableView,
)
from genostrat.report.parts.style import FigureView
from genostrat.report.parts.wording import NBSP

LEFT_OUT = "What stands here of single patients is in report.html only."


def write_figures(page: Page, *, directory: str | Path) -> None:
    """Write every figure as SVG and as PDF, for publications.

    Parameters
    ----------
    page
        The page.
    directory
        Folder to write; what stood there is replaced. Every file is private.
    """
    with_files = {}
    for view in list_figures(page):
        with_files[f"{view.name}.svg"] = str(view.svg).encode()
        with_files[f"{view.name}.pdf"] = view.write_pdf()
    replace_folder(Path(directory), with_files)


def write_tables(page: Page, *, directory: str | Path) -> None:
    """Write every table of the page as TSV, in the words of the page.

    Parameters
    ----------
    page
        The page, whose tables have names.
    directory
        Folder to write; what stood there is replaced. Every file is private.
    """
    files = {}
    for section in page.sections:
        for block in section.blocks:
            if isinstance(block, TableView):
                rows = [block.header, *block.rows]
                text = "".join("\t".join(map(_clean, row)) + "\n" for row in rows)
                files[f"{block.name}.tsv"] = text.encode()
    replace_folder(Path(directory), files)


def list_figures(page: Page) -> Iterator[FigureView]:
    """Yield the figures of a page, in its order."""
    for section in page.sections:
        for block in section.blocks:
            if isinstance(block, Figures):
                yield from block.views


def without_patients(page: Page) -> Page:
    """Return a page without any mark, row or sentence of a single patient or pair."""
    sections = [
        replace(section, blocks=list(_keep_aggregates(section.blocks)))
        for section in page.sections
    ]
    return replace(page, sections=sections, has_files=False)


def name_tables(section: Section) -> Section:
    """Give each table of a section the name of its file."""
    blocks: list[Block] = []
    for block in section.blocks:
        if isinstance(block, TableView):
            number = 1 + sum(isinstance(b, TableView) for b in blocks)
            block = replace(block, name=f"{section.name}-{number}")
        blocks.append(block)
    return replace(section, blocks=blocks)


def _keep_aggregates(blocks: Sequence[Block]) -> Iterator[Block]:
    is_said = False
    for block in blocks:
        if isinstance(block, Figures):
            views = [v for v in block.views if not describe_figure(v.name).of_patients]
            is_cut = len(views) < len(block.views)
            if views:
                yield Figures(views)
        else:
            is_cut = isinstance(block, TableView | Bullets) and block.of_patients
            if not is_cut:
                yield block
        if is_cut and not is_said:
            is_said = True
            yield Paragraph(LEFT_OUT)


def _clean(cell: str) -> str:
    """Make a cell of the page fit for a spreadsheet, which would run a formula."""
    text = " ".join(str(cell).replace(NBSP, " ").split())
    risky = starts_formula(text) and not text[1:2].isdigit()
    return f"'{text}" if risky else text


def replace_folder(folder: Path, files: dict[str, bytes]) -> None:
    """Write a folder of private files; it takes its name when all stand in it."""
    temporary = folder.with_name(f".{folder.name}.part")
    rmtree(temporary, ignore_errors=True)
    make_folder(temporary)
    for name, content in files.items():
        create_file(temporary / name).write_bytes(content)
    rmtree(folder, ignore_errors=True)
    temporary.rename(folder)
