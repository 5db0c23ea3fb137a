"""How often variants of pharmacogenes are found, as published."""

from dataclasses import dataclass

#: Tables of the whole project's frequencies: Transl Clin Pharmacol 2021, table 2.
TCP = "doi 10.12793/tcp.2021.29.e14"
#: Zhou 2017, table 5.
ZHOU = "doi 10.1002/cpt.690"
#: Human Genetics 2020, table 3 (with other people besides).
ABC = "doi 10.1007/s00439-020-02150-6"
#: Seminars in Hematology 2020, table 1, after the guideline (not the project's people).
THIOPURINES = "doi 10.1053/j.seminhematol.2020.10.001"


@dataclass(frozen=True)
class Published:
    """A variant's share of chromosomes in one part of the world.

    Parameters
    ----------
    gene, name
        As tables and people name it.
    position, alt
        On GRCh38.
    ancestry
        Label of the 1000 Genomes Project.
    percent
        As published.
    source
        Where.
    """

    gene: str
    name: str
    position: int
    alt: str
    ancestry: str
    percent: float
    source: str


PUBLISHED = (
    Published("CYP2C19", "*2", 94781859, "A", "EUR", 14.51, TCP),
    Published("CYP2C19", "*2", 94781859, "A", "EAS", 31.25, TCP),
    Published("CYP2C19", "*2", 94781859, "A", "AFR", 17.02, TCP),
    Published("CYP2C19", "*3", 94780653, "A", "EAS", 5.56, TCP),
    Published("CYP2C19", "*17", 94761900, "T", "EUR", 22.37, TCP),
    Published("CYP2C19", "*17", 94761900, "T", "EAS", 1.49, TCP),
    Published("CYP2C19", "*17", 94761900, "T", "AFR", 23.52, TCP),
    Published("CYP2C9", "*2", 94942290, "T", "EUR", 12.43, TCP),
    Published("CYP2C9", "*11", 94981224, "T", "AFR", 2.42, TCP),
    Published("SLCO1B1", "c.521C", 21178615, "C", "EUR", 16.10, TCP),
    Published("SLCO1B1", "c.521C", 21178615, "C", "EAS", 12.30, TCP),
    Published("SLCO1B1", "c.521C", 21178615, "C", "AFR", 1.36, TCP),
    Published("VKORC1", "-1639A", 31096368, "T", "EUR", 38.77, TCP),
    Published("VKORC1", "-1639A", 31096368, "T", "EAS", 88.49, TCP),
    Published("VKORC1", "-1639A", 31096368, "T", "AFR", 5.45, TCP),
    Published("CYP4F2", "*3 or *4", 15879621, "T", "EUR", 29.03, TCP),
    Published("CYP4F2", "*3 or *4", 15879621, "T", "EAS", 21.43, TCP),
    Published("CYP2B6", "*18", 41012316, "C", "AFR", 8.25, TCP),
    Published("CYP3A5", "*3", 99672916, "C", "EUR", 94.3, ZHOU),
    Published("CYP3A5", "*3", 99672916, "C", "EAS", 71.3, ZHOU),
    Published("CYP3A5", "*3", 99672916, "C", "AFR", 18.0, ZHOU),
    Published("CYP3A5", "*6", 99665212, "T", "AFR", 15.4, ZHOU),
    Published("ABCG2", "c.421A", 88131171, "T", "EUR", 10.4, ABC),
    Published("ABCG2", "c.421A", 88131171, "T", "EAS", 30.7, ABC),
    Published("ABCG2", "c.421A", 88131171, "T", "AFR", 2.7, ABC),
    Published("TPMT", "*3A or *3B", 18138997, "T", "EUR", 3.4, THIOPURINES),
    Published("TPMT", "*3A or *3C", 18130687, "C", "EAS", 1.6, THIOPURINES),
    Published("NUDT15", "*2 or *3", 48045719, "T", "EAS", 9.6, THIOPURINES),
)
