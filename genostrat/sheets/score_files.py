"""Polygenic score files in the PGS Catalog's format, read and checked.

Format 2.0 and its harmonised form (`hm_` columns), as described at
https://www.pgscatalog.org/downloads/.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from genostrat.arrays import Floats, Integers
from genostrat.cells import MISSING
from genostrat.errors import GenostratError, Problem, nearest, raise_if_any
from genostrat.genome.assembly_names import assembly_of_text
from genostrat.genome.contigs import canonical_or_same
from genostrat.sheets.texts import read_text

if TYPE_CHECKING:
    import pandas as pd

_WHAT = "the score file"
#: Largest score file once inflated; the largest of the catalogue are below 1 GB.
MAX_BYTES = 4 * 2**30
#: Number of bad cells of one kind that are shown.
SHOWN = 5
#: Columns of effects that are ratios, folded → what they are: their logarithms add up.
_RATIOS = {
    "or": "odds ratios",
    "oddsratio": "odds ratios",
    "hr": "hazard ratios",
    "hazardratio": "hazard ratios",
    "rr": "risk ratios",
    "riskratio": "risk ratios",
    "relativerisk": "risk ratios",
}
#: What the catalogue calls a variant in rsID where it is no variant of a sequence: HLA
#: alleles and their amino acids, whose letters may look like bases.
_NO_VARIANT = r"(?i)(?:HLA[_*-]|AA_|INS_|APOE).*"
#: What stands for an effect allele without being a sequence: ``e4`` of APOE,
#: ``B*57:01`` of HLA, amino acids, ``P`` for present.
_NO_SEQUENCE = r"[A-Z0-9_.:*/-]{0,60}"
_FLAGS = ("is_haplotype", "is_diplotype", "is_interaction")
_DOSAGES = ("dosage_0_weight", "dosage_1_weight", "dosage_2_weight")


@dataclass(frozen=True)
class ScoreFile:
    """A polygenic score.

    Attributes
    ----------
    name
        The catalogue's identifier, or the file's name where it has none.
    build
        Of the positions.
    contig, position, effect, other
        One item a variant: contig without prefix, 1-based position, effect allele,
        and the other allele (blank where the file does not give it).
    weights
        Variants × 3: what 0, 1 and 2 copies of the effect allele add.
    frequency
        Of the effect allele, in the column ``allelefrequency_effect``; NaN where the
        file gives none.
    n_variants
        Variants that the file lists, whether they can be used or not.
    n_unsupported
        Of these, haplotypes, diplotypes, interactions, what is no sequence, and
        variants without position: left out above.
    unsupported_weight
        The weight of those; see :func:`weight_spans`.
    doubts
        What the user should know of how the file was read, in words.
    """

    name: str
    build: str
    contig: npt.NDArray[np.str_]
    position: Integers
    effect: npt.NDArray[np.str_]
    other: npt.NDArray[np.str_]
    weights: Floats
    frequency: Floats
    n_variants: int
    n_unsupported: int
    unsupported_weight: float = 0.0
    doubts: tuple[str, ...] = ()

    @property
    def total_weight(self) -> float:
        """The weight of all variants that the file lists."""
        return float(weight_spans(self.weights).sum()) + self.unsupported_weight


def weight_spans(weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return how much each variant can add: between least and most of 0, 1, 2 copies.

    With a weight w a copy that is 2|w|.
    """
    return np.ptp(weights, axis=1)


def read_score(path: str | Path, *, build: str) -> ScoreFile:
    """Read a score file.

    Parameters
    ----------
    path
        Tab-separated text, ``.gz`` allowed, with the catalogue's ``#key=value`` lines.
    build
        The cohort's, ``GRCh37`` or ``GRCh38``: harmonised positions are taken where
        they are on it, else the author's own.

    Raises
    ------
    GenostratError
        If it is no such file, is on another build, or holds cells that cannot be.
    """
    path = Path(path)
    about, header_line, text = _read_parts(path)
    frame = _read_rows(path, text, header_line)
    contig, position = _choose_columns(path, frame, about, build)
    weights, said = _read_weights(path, frame, header_line, about)
    doubts = [said] if said else []
    places = frame[position].str.fullmatch(r"[0-9]{1,10}")
    effect, other = _read_alleles(path, frame, header_line)
    usable = places.to_numpy() & (frame[contig] != "").to_numpy() & (effect != "")
    named = usable.copy()
    if "rsID" in frame:
        usable &= ~frame["rsID"].str.fullmatch(_NO_VARIANT).to_numpy(dtype=bool)
    for flag in _FLAGS:
        if flag in frame:
            usable &= ~frame[flag].str.casefold().isin(["true", "1"]).to_numpy()
    doubts += _doubt_alleles(path, frame, weights, (effect == "") | (named & ~usable))
    kept = frame[usable]
    return ScoreFile(
        name=about.get("pgs_id") or path.name.split(".", 1)[0],
        build=build,
        contig=kept[contig]
        .map({name: canonical_or_same(name) for name in kept[contig].unique()})
        .to_numpy(dtype=str),
        position=kept[position].to_numpy(dtype=np.int64),
        effect=effect[usable],
        other=other[usable],
        weights=weights[usable],
        frequency=_read_frequency(path, frame, header_line)[usable],
        n_variants=len(frame),
        n_unsupported=int((~usable).sum()),
        unsupported_weight=float(weight_spans(weights[~usable]).sum()),
        doubts=tuple(doubts),
    )


def _doubt_alleles(
    path: Path, frame: pd.DataFrame, weights: npt.NDArray, aside: npt.NDArray
) -> Iterator[str]:
    """Say which rows are about no allele of a sequence, and how much they weigh."""
    n_aside = int(aside.sum())
    if not n_aside:
        return
    whole = weight_spans(weights).sum()
    share = weight_spans(weights[aside]).sum() / whole if whole else 0.0
    shown = frame.loc[aside, "effect_allele"].replace("", "(blank)").unique()[:SHOWN]
    yield (
        f"{path}: {n_aside} of {len(frame)} rows, with {share:.1%} of the score's"
        " weight, are about no allele that stands in a genotype (such as APOE e4, HLA"
        f" alleles and amino acids); they are set aside: {', '.join(shown)}"
    )


def _read_parts(path: Path) -> tuple[dict[str, str], int, str]:
    """Return what the header says, the line of the column names, and the table."""
    text = read_text(path, _WHAT, limit=MAX_BYTES)
    about: dict[str, str] = {}
    at, line = 0, 1
    while text.startswith("#", at):
        stop = text.find("\n", at)
        stop = len(text) if stop < 0 else stop
        key, is_pair, value = text[at:stop].lstrip("#").partition("=")
        if is_pair:
            about[key.strip()] = value.strip()
        at, line = stop + 1, line + 1
    return about, line, text[at:]


def _read_rows(path: Path, text: str, line: int) -> pd.DataFrame:
    import pandas as pd

    header = text.partition("\n")[0].split("\t")
    needed = ["effect_allele"]
    absent = [name for name in needed if name not in header]
    if absent or len(header) < 3:
        raise GenostratError(
            Problem(
                f"the column {absent[0] if absent else 'effect_weight'!r} is missing",
                file=path,
                line=line,
                found=", ".join(header)[:200],
                allowed="the columns of a PGS Catalog scoring file",
                fix="download the scoring file of the score from the PGS Catalog, the"
                " harmonised one for choice",
            )
        )
    try:
        return pd.read_csv(
            io.StringIO(text), sep="\t", dtype=str, keep_default_na=False, quoting=3
        )
    except (ValueError, pd.errors.ParserError) as error:
        raise GenostratError(
            Problem("the rows are not all of one width", file=path, found=str(error))
        ) from None


def _choose_columns(
    path: Path, frame: pd.DataFrame, about: dict[str, str], build: str
) -> tuple[str, str]:
    """Return the columns of contig and position that are on the cohort's build."""
    keys = {
        ("hm_chr", "hm_pos"): "HmPOS_build",
        ("chr_name", "chr_position"): "genome_build",
    }
    for columns, key in keys.items():
        of_build = assembly_of_text(about.get(key, ""))
        if of_build == build and set(columns) <= set(frame.columns):
            return columns
    named = [
        f"#{key}={about[key]}"
        + (" (not reported)" if about[key] == "NR" else "")
        + ("" if set(columns) <= set(frame.columns) else f", no {', '.join(columns)}")
        for columns, key in keys.items()
        if key in about
    ]
    raise GenostratError(
        Problem(
            f"the score has no positions on {build}",
            file=path,
            found="; ".join(named) or "no #genome_build= or #HmPOS_build= line",
            allowed=build,
            fix=f"download the scoring file harmonised to {build}"
            f" (…_hmPOS_{build}.txt.gz) from the PGS Catalog",
        )
    )


def _read_weights(
    path: Path, frame: pd.DataFrame, line: int, about: dict[str, str]
) -> tuple[npt.NDArray, str]:
    """Return what 0, 1 and 2 copies of the effect allele add, and what to say of it."""
    if set(_DOSAGES) <= set(frame.columns):
        columns = [_to_numbers(path, frame, name, line) for name in _DOSAGES]
        return np.column_stack(columns), ""
    ratios = [name for name in frame.columns if _fold(name) in _RATIOS]
    if "effect_weight" not in frame and not ratios:
        raise GenostratError(
            Problem(
                "there are no weights",
                file=path,
                line=line,
                found=", ".join(frame.columns)[:200],
                allowed="effect_weight, or " + ", ".join(_DOSAGES),
                fix=f"is it {nearest('effect_weight', list(frame.columns))!r}?"
                " Rename it",
            )
        )
    is_given = "effect_weight" in frame
    name = "effect_weight" if is_given else ratios[0]
    weight = _to_numbers(path, frame, name, line)
    kind = _RATIOS.get(_fold(about.get("weight_type", "") if is_given else name))
    said = ""
    if kind is not None and is_given and (weight <= 0).any():
        said = (
            f"{path}: #weight_type= says {kind}, but some weights are not above 0, as"
            " logarithms can be; they are added up as they stand"
        )
    elif kind is not None:
        raise_if_any(_not_above_zero(path, frame, name, weight, line))
        weight = np.log(weight)
        said = (
            f"{path}: the weights in {name} are {kind}; their logarithms are added up"
        )
    copies = np.array([0.0, 1.0, 2.0])
    table = np.outer(weight, copies)
    for flag, shape in {
        "is_dominant": [0.0, 1.0, 1.0],
        "is_recessive": [0.0, 0.0, 1.0],
    }.items():
        if flag in frame:
            marked = frame[flag].str.casefold().isin(["true", "1"]).to_numpy()
            table[marked] = np.outer(weight[marked], shape)
    return table, said


def _fold(name: str) -> str:
    """Return a name of a kind of weight without case, spaces and signs."""
    return re.sub(r"[^a-z]", "", name.casefold())


def _not_above_zero(
    path: Path, frame: pd.DataFrame, name: str, weight: npt.NDArray, line: int
) -> Iterator[Problem]:
    for row in np.flatnonzero(weight <= 0)[:SHOWN]:
        yield Problem(
            "this ratio is not above 0",
            file=path,
            line=line + 1 + int(row),
            column=name,
            found=str(frame[name].iloc[row])[:60],
            allowed="a ratio above 0; logarithms belong into effect_weight",
        )


def _read_frequency(path: Path, frame: pd.DataFrame, line: int) -> npt.NDArray:
    """Return the effect allele's frequency; NaN where the file gives none."""
    import pandas as pd

    name = "allelefrequency_effect"
    if name not in frame:
        return np.full(len(frame), np.nan)
    given = ~frame[name].isin([*MISSING, "NR"]).to_numpy()
    numbers = pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=float)
    bad = np.flatnonzero(given & ~((numbers >= 0) & (numbers <= 1)))
    raise_if_any(
        Problem(
            "this frequency is none",
            file=path,
            line=line + 1 + int(row),
            column=name,
            found=str(frame[name].iloc[row])[:60],
            allowed="a number from 0 to 1, or nothing",
        )
        for row in bad[:SHOWN]
    )
    return np.where(given, numbers, np.nan)


def _to_numbers(path: Path, frame: pd.DataFrame, name: str, line: int) -> npt.NDArray:
    import pandas as pd

    numbers = pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=float)
    bad = np.flatnonzero(~np.isfinite(numbers))
    raise_if_any(
        Problem(
            "this weight is no finite number",
            file=path,
            line=line + 1 + int(row),
            column=name,
            found=frame[name].iloc[row] or "nothing",
            allowed="a number",
        )
        for row in bad[:SHOWN]
    )
    return numbers


def _read_alleles(
    path: Path, frame: pd.DataFrame, line: int
) -> tuple[npt.NDArray, npt.NDArray]:
    effect = frame["effect_allele"].str.upper()
    for name in ("other_allele", "hm_inferOtherAllele"):
        if name in frame and (frame[name] != "").any():
            other = frame[name].str.upper()
            break
    else:
        other = effect.str.slice(0, 0)
    raise_if_any(_bad_alleles(path, effect, line))
    # Of several possible others, or one that is no sequence, none is known.
    other = other.where(other.str.fullmatch("[ACGT]+"), "")
    plain = effect.str.fullmatch("[ACGT]+")
    return effect.where(plain, "").to_numpy(dtype=str), other.to_numpy(dtype=str)


def _bad_alleles(path: Path, effect: pd.Series, line: int) -> Iterator[Problem]:
    sound = effect.str.fullmatch(rf"[ACGTN]+|{_NO_SEQUENCE}")
    for row in np.flatnonzero(~sound.to_numpy())[:SHOWN]:
        yield Problem(
            "this is no allele",
            file=path,
            line=line + 1 + int(row),
            column="effect_allele",
            found=str(effect.iloc[row])[:60],
            allowed="bases A, C, G, T, or the name of an allele such as e4 or B*57:01",
        )
