"""The sequence of a genome, in a FASTA file that a user has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType

import pysam

from genostrat.errors import GenostratError, Problem, printable, raise_if_any
from genostrat.genome.assemblies import LENGTHS
from genostrat.genome.contigs import canonical_contig
from genostrat.provenance import index_files

#: Bases read at once: a window holds the alleles of many variants.
WINDOW_BASES = 1 << 22


def find_sequence_problems(fasta: str | Path, *, build: str) -> Iterator[Problem]:
    """Find what keeps a FASTA file from being the sequence of a build.

    Parameters
    ----------
    fasta
        The file.
    build
        ``GRCh37`` or ``GRCh38``.
    """
    path = str(fasta)
    for needed in (path, *index_files(path)):
        if not Path(needed).is_file():
            is_index = needed != path
            yield Problem(
                f"genotypes.fasta has no index {Path(needed).name}"
                if is_index
                else "genotypes.fasta: there is no such file",
                file=path,
                fix=f"samtools faidx {path}" if is_index else None,
            )
            return
    try:
        with Genome(path, build=build):
            pass
    except GenostratError as error:
        yield from error.problems


class Genome:
    """The sequence of a build, read by stretches.

    Parameters
    ----------
    path
        A FASTA file with its index; contigs may have any of their usual names.
    build
        The build that it must be of, told by the lengths of its contigs.

    Raises
    ------
    GenostratError
        If it cannot be read, or is of another build. A contig that it lacks is blank.
    """

    def __init__(self, path: str | Path, *, build: str) -> None:
        self.path = str(path)
        try:
            self._file = pysam.FastaFile(self.path)
        except (OSError, ValueError) as error:
            raise GenostratError(
                [
                    Problem(
                        "genotypes.fasta cannot be read",
                        file=self.path,
                        found=printable(str(error)),
                        fix=f"a FASTA file, indexed anew by samtools faidx {path}",
                    )
                ]
            ) from None
        self._names: dict[str, str] = {}
        for name in self._file.references:
            contig = canonical_contig(name)
            if contig is not None:
                self._names.setdefault(contig, name)
        problems = list(self._find_mismatches(build))
        if problems:
            self._file.close()
        raise_if_any(problems)

    def _find_mismatches(self, build: str) -> Iterator[Problem]:
        if not self._names:
            yield Problem(
                "genotypes.fasta has no chromosome of a human genome",
                file=self.path,
                found=", ".join(map(printable, self._file.references[:3])) or "nothing",
                allowed="contigs such as 1, chr1 or NC_000001.11",
            )
        for contig, name in self._names.items():
            length = self._file.get_reference_length(name)
            # hg19's mitochondrion is another one than that of GRCh37.
            if contig != "MT" and length != LENGTHS[build][contig]:
                yield Problem(
                    f"genotypes.fasta is not the sequence of {build}",
                    file=self.path,
                    found=f"{printable(name)} of {length} bases",
                    allowed=f"{LENGTHS[build][contig]} bases",
                )
                return

    def __enter__(self) -> Genome:
        """Return the open sequence."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self._file.close()

    def read(
        self, contig: str, positions: Sequence[int], lengths: Iterable[int]
    ) -> list[str]:
        """Return the bases from some positions on, in upper case.

        Parameters
        ----------
        contig
            Canonical name.
        positions
            First bases, 1-based, ascending.
        lengths
            Bases wanted from each.

        Returns
        -------
        list of str
            Shorter than wanted where the contig ends; blank where there is none.
        """
        name = self._names.get(contig)
        if name is None:
            return ["" for _ in positions]
        found, window, start = [], "", 0
        for position, length in zip(positions, lengths, strict=True):
            first = max(position - 1, 0)
            if first < start or first + length > start + len(window):
                start = first
                window = self._file.fetch(
                    name, start, start + max(WINDOW_BASES, length)
                ).upper()
            found.append(window[first - start : first - start + length])
        return found
