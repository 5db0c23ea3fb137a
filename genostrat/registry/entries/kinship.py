"""Entries of kinship that allows for ancestry."""

from genostrat.registry.spec import Column, Table
from genostrat.registry.words import every as words

KINSHIP: tuple[Table, ...] = (
    Table(
        "qc/kinship_adjusted.tsv",
        "One row a pair of qc/relatedness.tsv, and a pair that only adjusted kinship"
        " makes relatives of the third degree or closer.",
        (
            Column("sample_1", "text", "The identifier that sorts first."),
            Column("sample_2", "text", "The other identifier."),
            Column(
                "kinship",
                "float",
                "KING-robust kinship; blank where it is not listed.",
                high=0.5,
                blank=True,
            ),
            Column(
                "kinship_adjusted",
                "float",
                "Kinship by the allele frequencies that the ancestry of each predicts.",
                blank=True,
            ),
            Column(
                "relationship",
                "text",
                "Degree by kinship.",
                values=words.DEGREES,
                blank=True,
            ),
            Column(
                "relationship_adjusted",
                "text",
                "Degree by kinship_adjusted.",
                values=words.DEGREES,
                blank=True,
            ),
            Column(
                "n_segments",
                "int",
                "Stretches of five megabases and more without opposite homozygotes;"
                " blank where sites are fewer than 20 a megabase.",
                low=0,
                blank=True,
            ),
            Column("shared_mb", "float", "Their length together.", low=0, blank=True),
            Column("longest_mb", "float", "Length of the longest.", low=0, blank=True),
        ),
        key=("sample_1", "sample_2"),
        needs="genotypes",
    ),
    Table(
        "qc/kinship_adjusted.json",
        "How kinship was adjusted.",
        (
            Column(
                "assessable",
                "bool",
                "Whether there are ancestry components and sites to adjust by.",
            ),
            Column("why_not", "text", "Why it was not adjusted; or null.", blank=True),
            Column("n_sites", "int", "Variants used.", low=0),
            Column("n_components", "int", "Ancestry components used.", low=0),
            Column(
                "n_rounds",
                "int",
                "Times that components were computed without the relatives found.",
                low=0,
            ),
            Column(
                "noise",
                "float",
                "Standard deviation of the kinship of unrelated pairs.",
                low=0,
                blank=True,
            ),
            Column(
                "n_changed",
                "int",
                "Listed pairs of another degree once adjusted.",
                low=0,
            ),
            Column(
                "n_new", "int", "Pairs that only the adjusted kinship lists.", low=0
            ),
        ),
        access="centre",
        needs="genotypes",
    ),
)
