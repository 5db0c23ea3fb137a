"""Taking whole records at wanted sites from a PLINK fileset."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from genostrat.arrays import Integers
from genostrat.errors import GenostratError
from genostrat.genotypes.plink.filesets import Fileset
from genostrat.genotypes.plink.genotypes import damaged, open_genotypes
from genostrat.genotypes.plink.selection import rows_between
from genostrat.genotypes.records import NO_CALL, PHASED, UNPHASED, ReadOptions
from genostrat.genotypes.site_records import SiteRecords, make_site_records

#: Variants read at once.
_BLOCK_VARIANTS = 256


def capture_variants(
    file: Fileset,
    *,
    contig: str,
    start: int,
    end: int,
    samples: Sequence[str],
    options: ReadOptions,
) -> SiteRecords:
    """Read whole the variants of a region of a fileset that are at wanted sites.

    A fileset has no FILTER where it has no such column, and all its variants pass. It
    has neither haploid calls nor half-calls nor phase sets. How far a block or a
    symbolic allele reaches is not looked up: only the bases of REF count.

    Parameters
    ----------
    file
        The fileset, as inspected.
    contig, start, end
        The region; canonical name, 1-based, both ends included.
    samples
        Of the store, in its order.
    options
        How records are taken, and the sites.

    Raises
    ------
    GenostratError
        If the genotypes are damaged.
    """
    sites = (options.sites or {}).get(contig, np.zeros((0, 2), np.int64))
    rows = rows_between(file, contig, start, end)
    positions = file.variants.positions[rows].astype(np.int64)
    texts = file.variants.text
    ends = positions + pc.utf8_length(texts["REF"].take(rows)).to_numpy() - 1
    # The first site that ends at a record's position or after it must begin in it.
    nearest = np.searchsorted(sites[:, 1], positions)
    begins = np.append(sites[:, 0], np.iinfo(np.int64).max)
    at_sites = begins[nearest] <= ends
    rows, positions, ends = rows[at_sites], positions[at_sites], ends[at_sites]
    chosen = {name: texts[name].take(rows).to_pylist() for name in ("REF", "ALT")}
    if "FILTER" in texts and options.filters:
        filters = texts["FILTER"].take(rows).to_pylist()
        passed = [options.filters.issuperset(value.split(";")) for value in filters]
    else:
        passed = [True] * len(rows)
    # PLINK 1 writes 0 for an allele that no sample has.
    alts = ["." if alt == "0" else alt for alt in chosen["ALT"]]
    records = zip(
        [contig] * len(rows),
        positions.tolist(),
        ends.tolist(),
        chosen["REF"],
        alts,
        passed,
        strict=True,
    )
    alleles, phase_set = _read_calls(file, rows, samples)
    return make_site_records(
        samples, list(records), alleles=alleles, phase_set=phase_set
    )


def _read_calls(
    file: Fileset, rows: Integers, samples: Sequence[str]
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int32]]:
    place = {name: at for at, name in enumerate(file.samples)}
    order = np.array([place[name] for name in samples], np.uint32)
    # pgenlib takes a subset in the file's order only.
    subset = np.sort(order)
    columns = np.searchsorted(subset, order)
    n_samples = len(order)
    alleles = np.empty((len(rows), n_samples, 2), np.int8)
    phase_set = np.full((len(rows), n_samples), UNPHASED, np.int32)
    if not len(rows):
        return alleles, phase_set
    with open_genotypes(
        file.path,
        n_variants=len(file.variants),
        n_samples=len(file.samples),
        allele_offsets=file.allele_offsets,
        subset=subset,
    ) as reader:
        for at in range(0, len(rows), _BLOCK_VARIANTS):
            block = slice(at, at + _BLOCK_VARIANTS)
            wanted = rows[block].astype(np.uint32)
            pairs = np.empty((len(wanted), 2 * n_samples), np.int32)
            phased = np.empty((len(wanted), n_samples), np.uint8)
            try:
                reader.read_alleles_and_phasepresent_list(wanted, pairs, phased)
            except RuntimeError as error:
                raise GenostratError(damaged(file.path, error)) from None
            both = pairs.reshape(len(wanted), n_samples, 2)[:, columns]
            alleles[block] = np.where(both > np.iinfo(np.int8).max, NO_CALL, both)
            # pgenlib calls homozygotes phased as well.
            het = both[:, :, 0] != both[:, :, 1]
            phase_set[block][het & (phased[:, columns] != 0)] = PHASED
    return alleles, phase_set
