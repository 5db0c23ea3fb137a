"""Where the populations of public panels are from: what a panel has nobody of.

A population stands under the name that the 1000 Genomes Project, HapMap 3 or the Human
Genome Diversity Project gives it, and under the code. Regions are those within which
people are told from one another less well than from all others by common variants
(Bergström 2020, doi 10.1126/science.aay5012; HapMap 3, doi 10.1038/nature09298).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

#: Region → its populations.
REGIONS: Mapping[str, tuple[str, ...]] = {
    "West and Central Africa": (
        *("YRI", "ESN", "GWD", "MSL", "ACB", "ASW"),
        *("Yoruba", "Mandenka", "Esan", "Gambian", "Mende", "Biaka", "Mbuti"),
    ),
    "East Africa, speakers of Bantu languages": ("LWK", "Luhya", "BantuKenya"),
    "East Africa, speakers of Nilotic and Cushitic languages": ("MKK", "Maasai"),
    "southern Africa": ("San", "BantuSouthAfrica", "BantuTswana", "BantuHerero"),
    "North Africa": ("Mozabite",),
    "the Middle East": ("Bedouin", "Druze", "Palestinian"),
    "Europe": (
        *("CEU", "GBR", "IBS", "TSI", "FIN", "French", "Sardinian", "Tuscan"),
        *("Basque", "BergamoItalian", "Italian", "Orcadian", "Russian", "Adygei"),
    ),
    "South Asia": (
        *("GIH", "PJL", "BEB", "STU", "ITU", "Balochi", "Brahui", "Burusho"),
        *("Kalash", "Makrani", "Pathan", "Sindhi"),
    ),
    "Central Asia and Siberia": ("Hazara", "Uygur", "Yakut", "Mongolian"),
    "East Asia": (
        *("CHB", "CHS", "CHD", "CDX", "KHV", "JPT", "Han", "Japanese", "Dai", "Tu"),
        *("Cambodian", "Daur", "Hezhen", "Lahu", "Miao", "Naxi", "Oroqen", "She"),
        *("Tujia", "Xibo", "Yi", "NorthernHan"),
    ),
    "Oceania": ("Papuan", "PapuanHighlands", "PapuanSepik", "Bougainville", "NAN"),
    "the Americas, of mixed descent": ("MXL", "MEX", "PUR", "CLM", "PEL"),
    "the Americas, of indigenous descent": (
        *("Colombian", "Karitiana", "Maya", "Pima", "Surui"),
    ),
}
_REGION_OF = {
    name.casefold(): region for region, names in REGIONS.items() for name in names
}


@dataclass(frozen=True)
class Coverage:
    """What a panel's populations cover.

    Parameters
    ----------
    present, lacking
        Regions with and without people in it.
    unknown
        Names of populations that are in no list: where they are from is not known.
    """

    present: list[str]
    lacking: list[str]
    unknown: list[str]

    @property
    def is_known(self) -> bool:
        """Whether any population was recognised, so that lacking means something."""
        return bool(self.present)


def cover_regions(populations: Iterable[str]) -> Coverage:
    """Return the regions that populations are from, and those that none is from.

    Examples
    --------
    >>> found = cover_regions(["YRI", "GBR", "Atlantis"])
    >>> found.present, "Oceania" in found.lacking, found.unknown
    (['West and Central Africa', 'Europe'], True, ['Atlantis'])
    """
    names = sorted(set(populations))
    keys = {name: "".join(filter(str.isalnum, name)).casefold() for name in names}
    found = {_REGION_OF[key] for key in keys.values() if key in _REGION_OF}
    return Coverage(
        [region for region in REGIONS if region in found],
        [region for region in REGIONS if region not in found],
        [name for name, key in keys.items() if key not in _REGION_OF],
    )
