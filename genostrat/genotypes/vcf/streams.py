"""What an index would tell of a file that has none: contigs and their records."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pysam

from genostrat.errors import GenostratError, Problem, printable
from genostrat.genotypes.formats.kinds import BCF, find_kind
from genostrat.genotypes.formats.texts import Buffer, Load, open_text
from genostrat.genotypes.kernels.fields import SECOND_HEADER
from genostrat.genotypes.kernels.lines import skip_contig
from genostrat.genotypes.vcf.faults import FAULTS, FIXES
from genostrat.genotypes.vcf.scanner import contig_at, to_bytes

THREADS = 2


def count_stream(path: str | Path) -> dict[str, int]:
    """Count the records of each contig by reading the file once.

    Returns
    -------
    dict
        Contig as the file spells it → number of records, in order of appearance.

    Raises
    ------
    GenostratError
        If the file is damaged.
    """
    if find_kind(path) == BCF:
        return _count_bcf(path)
    text = open_text(path)
    counts: Counter[str] = Counter()
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            count = partial(_count_part, Path(path))
            for part in pool.map(count, text.parts(text.find_records())):
                counts.update(part)
    finally:
        text.close()
    return dict(counts)


def _count_part(path: Path, load: Load) -> Counter[str]:
    part = load(Buffer())
    counts: Counter[str] = Counter()
    at = part.begin
    while at < part.end:
        name = contig_at(part, at)
        if name.startswith("#"):
            what, allowed = FAULTS[SECOND_HEADER]
            raise GenostratError(
                Problem(
                    what,
                    file=path,
                    found=f"{printable(name, 60)} at {part.locate(at)}",
                    allowed=allowed,
                    fix=FIXES[SECOND_HEADER],
                )
            )
        n_lines, after = skip_contig(part.buffer, at, part.end, to_bytes(name))
        if after == at:  # a line without a tab: reading says what is wrong with it
            break
        counts[name] += n_lines
        at = after
    return counts


def _count_bcf(path: str | Path) -> dict[str, int]:
    counts: Counter[str] = Counter()
    try:
        with pysam.VariantFile(str(path), drop_samples=True) as stream:
            counts.update(record.contig for record in stream)
    except (OSError, ValueError) as error:
        raise GenostratError(
            Problem(
                "reading stopped in a damaged BCF",
                file=path,
                found=f"after {sum(counts.values())} records: {printable(error)}",
                fix="copy or make the file again",
            )
        ) from None
    return dict(counts)
