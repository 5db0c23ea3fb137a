"""Annotations of a store's variants: from pieces of a genome to one table a contig."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from genostrat.arrays import Floats, Integers
from genostrat.genotypes.consequences import BETWEEN_GENES, RANKS, TERMS, read_terms
from genostrat.tables import read_arrays, write_arrays, write_parquet

if TYPE_CHECKING:
    import pandas as pd

#: Its name in a piece.
ANNOTATION_FILE = "annotations.npz"
#: Longest name of a gene that is taken for one.
MAX_NAME = 64
#: What LOFTEE says of a loss of function, the surest first; `none` where the file has
#: its column and it is blank, blank where the file has no such column.
CONFIDENCES = ("HC", "LC", "OS", "none", "")


@dataclass(frozen=True)
class Captured:
    """Annotations of consecutive rows, as a file has them.

    Attributes
    ----------
    row
        int64, ascending within a record: the row that each annotation is of.
    text
        For each, ``consequence|symbol|gene``, and ``|lof`` where the file has it.
    frequency
        float64, one for each row: highest frequency in a reference population, NaN
        where it is not known.
    counts
        int64 (3,): annotations with another number of subfields than the header says,
        those whose allele is none of their record, and those that name none where there
        are several. All are left out.
    """

    row: Integers
    text: list[bytes]
    frequency: Floats
    counts: Integers

    def without(self, rows: Sequence[int]) -> Captured:
        """Return the same where some rows are left out and the others move up."""
        n_rows = len(self.frequency)
        keep = np.setdiff1d(np.arange(n_rows), rows)
        place = np.full(n_rows, -1, np.int64)
        place[keep] = np.arange(len(keep))
        moved = place[self.row]
        text = [t for t, at in zip(self.text, moved.tolist(), strict=True) if at >= 0]
        return Captured(moved[moved >= 0], text, self.frequency[keep], self.counts)


class AnnotationWriter:
    """Gathers the annotations of a piece's regions, each distinct text once."""

    def __init__(self, n_regions: int) -> None:
        self._texts: dict[bytes, int] = {}
        self._parts: list[list[tuple[npt.NDArray, ...]]] = [
            [] for _ in range(n_regions)
        ]
        self._counts = np.zeros(3, np.int64)
        self._used = False

    def add(self, region: int, captured: Captured, *, n_before: int) -> None:
        """Add what was captured of rows that stand after `n_before` of the region."""
        self._used = True
        known = self._texts
        codes = [known.setdefault(text, len(known)) for text in captured.text]
        self._parts[region].append(
            (
                captured.row + n_before,
                np.array(codes, np.int64),
                captured.frequency,
            )
        )
        self._counts += captured.counts

    def write(self, folder: Path) -> None:
        """Write all, if any file of the piece has annotations."""
        if not self._used:
            return
        arrays: dict[str, npt.NDArray] = {"counts": self._counts}
        arrays["text"] = np.frombuffer(b"".join(self._texts), np.uint8)
        arrays["text_length"] = np.array([len(text) for text in self._texts], np.int64)
        for number, parts in enumerate(self._parts):
            if parts:
                row, code, frequency = map(np.concatenate, zip(*parts, strict=True))
                arrays[f"row_{number}"] = row
                arrays[f"code_{number}"] = code
                arrays[f"frequency_{number}"] = frequency
        write_arrays(
            folder / ANNOTATION_FILE,
            entry=f"genotypes/pieces/<piece>/{ANNOTATION_FILE}",
            **arrays,
        )


def gather_annotations(
    parts: dict[str, list[tuple[Path, int]]],
    folders: Sequence[str | Path],
    *,
    store: Path,
) -> dict[str, Any] | None:
    """Write ``<contig>.annotations.parquet`` beside the contigs of a store.

    Parameters
    ----------
    parts
        Contig → its regions in order: path of the piece's files without suffix, and
        how many rows the region has.
    folders
        Of all pieces.
    store
        The store.

    Returns
    -------
    dict or None
        n_annotated (variants), n_malformed, n_unmatched, n_unnamed (annotations left
        out) and unknown_terms; None where no file has annotations.
    """
    pieces = {
        Path(folder): read_arrays(Path(folder) / ANNOTATION_FILE)
        for folder in folders
        if (Path(folder) / ANNOTATION_FILE).is_file()
    }
    if not pieces:
        return None
    texts: dict[bytes, int] = {}
    codes = {folder: _number_texts(piece, texts) for folder, piece in pieces.items()}
    names = _Names(texts)
    n_annotated = 0
    for contig, own in parts.items():
        columns, n_done = [], 0
        for stem, n_rows in own:
            piece, number = pieces.get(stem.parent, {}), stem.name
            if f"row_{number}" in piece:
                row = piece[f"row_{number}"]
                columns.append(
                    (
                        row + n_done,
                        codes[stem.parent][piece[f"code_{number}"]],
                        piece[f"frequency_{number}"][row],
                    )
                )
            n_done += n_rows
        if any(len(row) for row, _, _ in columns):
            row, code, frequency = map(np.concatenate, zip(*columns, strict=True))
            table = names.tabulate(row, code, frequency)
            n_annotated += table["variant"].nunique()
            write_parquet(
                annotation_path(store, contig),
                table,
                entry="genotypes/store/<contig>.annotations.parquet",
            )
    counts = sum((piece["counts"] for piece in pieces.values()), np.zeros(3, np.int64))
    return {
        "n_annotated": n_annotated,
        "n_malformed": int(counts[0]),
        "n_unmatched": int(counts[1]),
        "n_unnamed": int(counts[2]),
        "unknown_terms": names.unknown,
    }


def annotation_path(store: Path, contig: str) -> Path:
    """Return where the annotations of a contig stand."""
    return store / f"{contig}.annotations.parquet"


def _number_texts(piece: dict[str, npt.NDArray], texts: dict[bytes, int]) -> Integers:
    """Return the number among all texts of each text of a piece."""
    data, ends = piece["text"].tobytes(), np.cumsum(piece["text_length"])
    bounds = zip((ends - piece["text_length"]).tolist(), ends.tolist(), strict=True)
    own = [texts.setdefault(data[at:end], len(texts)) for at, end in bounds]
    return np.array(own, np.int64)


class _Names:
    """What each distinct text says: numbers of gene, identifier, term, confidence."""

    def __init__(self, texts: Iterable[bytes]) -> None:
        rows = [_read_text(text) for text in texts]
        self._genes = sorted({gene for gene, _, _, _ in rows})
        self._ids = sorted({identifier for _, identifier, _, _ in rows})
        gene = {name: number for number, name in enumerate(self._genes)}
        identifier = {name: number for number, name in enumerate(self._ids)}
        self._table = np.array(
            [
                (gene[g], RANKS[term], CONFIDENCES.index(lof), identifier[i])
                for g, i, term, lof in rows
            ],
            np.int64,
        ).reshape(-1, 4)
        words = (text.split(b"|", 1)[0].decode("utf-8", "replace") for text in texts)
        unknown = RANKS["unknown"]
        odd = (w for w, r in zip(words, self._table[:, 1], strict=True) if r == unknown)
        self.unknown = len(set(odd))

    def tabulate(
        self,
        row: Integers,
        code: Integers,
        frequency: Floats,
    ) -> pd.DataFrame:
        """Return one line for each variant and gene: the most severe consequence.

        There is at least one annotation.
        """
        import pandas as pd

        gene, rank, lof, identifier = self._table[code].T
        order = np.lexsort((identifier, lof, rank, gene, row))
        row, gene, rank = row[order], gene[order], rank[order]
        lof, identifier, frequency = lof[order], identifier[order], frequency[order]
        first = np.flatnonzero(
            np.r_[True, (row[1:] != row[:-1]) | (gene[1:] != gene[:-1])]
        )
        # The confidence is the best of all the gene's transcripts.
        surest = np.minimum.reduceat(lof, first)
        return pd.DataFrame(
            {
                "variant": row[first],
                "gene": _as_words(gene[first], self._genes),
                "gene_id": _as_words(identifier[first], self._ids),
                "consequence": _as_words(rank[first], TERMS),
                "lof": _as_words(surest, CONFIDENCES),
                "frequency": frequency[first],
            }
        )


def _as_words(codes: Integers, words: Sequence[str]) -> pd.Categorical:
    import pandas as pd

    used, codes = np.unique(codes, return_inverse=True)
    return pd.Categorical.from_codes(codes, [words[place] for place in used.tolist()])


def _read_text(text: bytes) -> tuple[str, str, str, str]:
    """Return gene, identifier, term and confidence."""
    words = [word.decode("utf-8", "replace") for word in text.split(b"|")]
    term = read_terms(words[0])
    confidence = ""
    if len(words) > 3:
        confidence = words[3] if words[3] in CONFIDENCES[:3] else "none"
    symbol, identifier = _read_name(words[1]), _read_name(words[2])
    if term in BETWEEN_GENES:
        symbol = identifier = ""
    return symbol or identifier, identifier, term, confidence


def _read_name(text: str) -> str:
    """Return a name of a gene, blank where the text can be none."""
    fine = len(text) <= MAX_NAME and text.isprintable() and not set(text) & set(" \"'")
    return text if fine and text != "." else ""
