"""The lengths of assemblies, and what tells one from another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from genostrat.genome.assembly_names import assembly_of_text
from genostrat.genome.contigs import (
    accession_build,
    canonical_contig,
    split_pan_name,
)
from genostrat.registry.words.genotypes import BUILD_NAMES, CONTIGS


def _lengths(text: str) -> dict[str, int]:
    words = (None if word == "-" else int(word) for word in text.split())
    named = zip(CONTIGS, words, strict=True)
    return {name: length for name, length in named if length is not None}


#: Assembly → contig → length in bases, from their assembly reports. Those beside the
#: builds are there to be recognised: files on them are taken for human or current ones.
LENGTHS: Mapping[str, Mapping[str, int]] = {
    "GRCh37": _lengths(
        "249250621 243199373 198022430 191154276 180915260 171115067 159138663"
        " 146364022 141213431 135534747 135006516 133851895 115169878 107349540"
        " 102531392 90354753 81195210 78077248 59128983 63025520 48129895 51304566"
        " 155270560 59373566 16569"
    ),
    "GRCh38": _lengths(
        "248956422 242193529 198295559 190214555 181538259 170805979 159345973"
        " 145138636 138394717 133797422 135086622 133275309 114364328 107043718"
        " 101991189 90338345 83257441 80373285 58617616 64444167 46709983 50818468"
        " 156040895 57227415 16569"
    ),
    "NCBI36 (hg18)": _lengths(
        "247249719 242951149 199501827 191273063 180857866 170899992 158821424"
        " 146274826 140273252 135374737 134452384 132349534 114142980 106368585"
        " 100338915 88827254 78774742 76117153 63811651 62435964 46944323 49691432"
        " 154913754 57772954 16571"
    ),
    "T2T-CHM13": _lengths(
        "248387328 242696752 201105948 193574945 182045439 172126628 160567428"
        " 146259331 150617247 134758134 135127769 133324548 113566686 101161492"
        " 99753195 96330374 84276897 80542538 61707364 66210255 45090682 51324926"
        " 154259566 62460029 16569"
    ),
    "mouse NCBIM37 (mm9)": _lengths(
        "197195432 181748087 159599783 155630120 152537259 149517037 152524553"
        " 131738871 124076172 129993255 121843856 121257530 120284312 125194864"
        " 103494974 98319150 95272651 90772031 61342430 - - - 166650296 15902555 16299"
    ),
    "mouse GRCm38 (mm10)": _lengths(
        "195471971 182113224 160039680 156508116 151834684 149736546 145441459"
        " 129401213 124595110 130694993 122082543 120129022 120421639 124902244"
        " 104043685 98207768 94987271 90702639 61431566 - - - 171031299 91744698 16299"
    ),
    "mouse GRCm39 (mm39)": _lengths(
        "195154279 181755017 159745316 156860686 151758149 149588044 144995196"
        " 130127694 124359700 130530862 121973369 120092757 120883175 125139656"
        " 104073951 98008968 95294699 90720763 61420004 - - - 169476592 91455967 16299"
    ),
}


def assembly_of_contig(name: str) -> str | None:
    """Return the assembly that a contig's own name says it is of, if it does.

    >>> assembly_of_contig("NC_000001.11"), assembly_of_contig("CHM13#0#chr1")
    ('GRCh38', 'T2T-CHM13')
    >>> assembly_of_contig("chr1") is None
    True
    """
    owner, _ = split_pan_name(name)
    return accession_build(name) or (assembly_of_text(owner) if owner else None)


def match_lengths(lengths: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Count for each assembly the contig lengths that are its own.

    The mitochondrion has one length in most, and does not count.
    """
    counts = dict.fromkeys(LENGTHS, 0)
    for name, length in _nuclear(lengths):
        for assembly, own in LENGTHS.items():
            counts[assembly] += own.get(name) == length
    return counts


#: No mammal's chromosome that is named as a human one is as long.
_LONGEST = 400_000_000


def count_too_long(lengths: Iterable[tuple[str, int]]) -> tuple[int, int]:
    """Count the lengths of primary contigs, and those longer than both builds'.

    Lengths that are all the same, or longer than a chromosome can be, say nothing:
    tools write them for lack of better.
    """
    own = _nuclear(lengths)
    if len(own) > 1 and len({length for _, length in own}) == 1:
        return 0, 0
    own = [(name, length) for name, length in own if length < _LONGEST]
    longer = sum(length > longest_end(name) for name, length in own)
    return len(own), longer


def longest_end(contig: str) -> int:
    """Return the last base of a contig in whichever of the builds has more of it."""
    return max(LENGTHS[build][contig] for build in BUILD_NAMES)


def _nuclear(lengths: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    named = ((canonical_contig(name), length) for name, length in lengths)
    return [(name, length) for name, length in named if name not in (None, "MT")]
