"""How assemblies are called, in file names and headers."""

from __future__ import annotations

import re

from genostrat.registry.words.genotypes import BUILD_NAMES

#: What file names, ``##reference`` and ``assembly=`` say of each.
_NAMES = {
    "GRCh37": r"grch37|hg19|hs37|b37|build_?37|ncbi_?37|g1k_v37|assembly19"
    r"|gc[af]_000001405\.(?:13|1[6-9]|2[0-5])|gca_000001405\.14|gca_000001405\.1",
    "GRCh38": r"grch38|hg38|hs38|b38|build_?38|ncbi_?38|assembly38"
    r"|gcf_000001405\.(?:2[6-9]|[34][0-9])|gca_000001405\.(?:15|2[0-9])",
    "NCBI36 (hg18)": r"hg18|b36|build_?36|ncbi_?36|assembly18|gcf_000001405\.12",
    "T2T-CHM13": r"t2t|chm13|hs1|gc[af]_009914755",
    "mouse NCBIM37 (mm9)": r"mm9|ncbim37|grcm37",
    "mouse GRCm38 (mm10)": r"mm10|grcm38",
    "mouse GRCm39 (mm39)": r"mm39|grcm39",
}
_PATTERNS = {
    name: re.compile(rf"(?<![a-z0-9])(?:{pattern})(?![0-9])")
    for name, pattern in _NAMES.items()
}
#: ``GRCh37`` also stands within words, as in ``HomoSapiensGRCh37``.
_ANYWHERE = {name: re.compile(rf"(?:{name.lower()})(?![0-9])") for name in BUILD_NAMES}


def assembly_of_text(text: str) -> str | None:
    """Return the assembly that a file name or a header's line names, if it is one.

    >>> assembly_of_text("file:///ref/human_g1k_v37.fasta"), assembly_of_text("b38")
    ('GRCh37', 'GRCh38')
    >>> assembly_of_text("hg19ToHg38.over.chain") is None
    True
    """
    folded = text.lower().replace("hg19to", "hg19 to ").replace("hg38to", "hg38 to ")
    found = {
        name
        for patterns in (_PATTERNS, _ANYWHERE)
        for name, pattern in patterns.items()
        if pattern.search(folded)
    }
    return found.pop() if len(found) == 1 else None
