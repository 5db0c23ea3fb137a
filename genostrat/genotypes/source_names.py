"""What kind of genotypes a path names, and how a config would name it."""

from __future__ import annotations

from pathlib import Path

#: Kind of source, to the ends of the names of its files. The first of each is where
#: genotypes themselves are.
SUFFIXES = {
    "vcf": (".vcf", ".vcf.gz", ".vcf.bgz", ".bcf"),
    "plink": (".bed", ".bim", ".fam"),
    "pgen": (".pgen", ".pvar", ".pvar.zst", ".psam"),
}


def name_sources(path: str) -> list[tuple[str, str]]:
    """Return what a path may be: each kind of source, with the path for a config.

    A fileset is named by any of its files, or without a suffix; a config names it
    without one. Nothing fits, or one thing, or, without a suffix, two filesets.

    Examples
    --------
    >>> name_sources("data/ward.vcf.gz"), name_sources("data/ward.bim")
    ([('vcf', 'data/ward.vcf.gz')], [('plink', 'data/ward')])
    >>> name_sources("data/ward.xlsx")
    []
    """
    for kind, suffixes in SUFFIXES.items():
        for suffix in sorted(suffixes, key=len, reverse=True):
            if path.lower().endswith(suffix):
                return [(kind, path if kind == "vcf" else path[: -len(suffix)])]
    return [
        (kind, path)
        for kind in ("plink", "pgen")
        if Path(f"{path}{SUFFIXES[kind][0]}").is_file()
    ]
