"""Entries of the qc stage on runs of homozygosity."""

from genostrat.registry.spec import Column, Table
from genostrat.registry.words import every as words

_SAMPLE = Column("sample_id", "text", "Identifier.")


def _megabases(name: str, description: str) -> Column:
    return Column(name, "float", description, low=0, blank=True, unit="Mb")


def _share(name: str, description: str) -> Column:
    return Column(name, "float", description, low=0, high=1, blank=True)


def _runs(name: str, description: str) -> Column:
    return Column(name, "int", description, low=0, blank=True, unit="runs")


HOMOZYGOSITY: tuple[Table, ...] = (
    Table(
        "qc/roh.tsv",
        "One row a genotyped sample: runs of homozygosity, which tell consanguinity"
        " (long runs) from bad data (homozygosity everywhere). Samples whose variants"
        " are too few or too sparse are not assessable, which is not 0.",
        (
            _SAMPLE,
            Column(
                "frequencies",
                "text",
                "Whose allele frequencies it was held against: those of an ancestry"
                " label with 20 unrelated samples, or `all`.",
                blank=True,
            ),
            Column(
                "n_sites",
                "int",
                "Informative variants called: autosomal SNVs with one alternate allele"
                " and a minor allele frequency of 5 % there.",
                low=0,
                blank=True,
                unit="variants",
            ),
            _megabases("covered_mb", "Where a run of 1.5 Mb would be found."),
            _runs("n_runs", "Runs of at least 1.5 Mb; blank if not assessable."),
            _megabases("longest_mb", "The longest run assessed; 0 without any."),
            _share(
                "f_roh",
                "Share of runs of at least 1.5 Mb in what is covered: the genomic"
                " inbreeding coefficient. Blank where less than 250 Mb are.",
            ),
            _megabases("covered_long_mb", "Where a run of 5 Mb would be found."),
            _runs("n_long_runs", "Runs of at least 5 Mb."),
            _share(
                "f_roh_long",
                "Their share, from parents who are close relatives: 1/16 is expected of"
                " children of first cousins, 1/64 of second cousins.",
            ),
            Column(
                "f_sites",
                "float",
                "F by the number of heterozygous calls at the informative variants.",
                high=1,
                blank=True,
            ),
            Column(
                "f_outside",
                "float",
                "The same outside all runs: consanguinity does not raise it.",
                high=1,
                blank=True,
            ),
            Column(
                "reading",
                "text",
                "usual; long_runs (f_roh_long of 1/64 in three runs: consanguinity);"
                " single_long_run (20 Mb: uniparental disomy, a deletion, a cell line);"
                " diffuse (f_outside conspicuously high: lost alleles, or frequencies"
                " of other people); long_runs_and_diffuse; heterozygous (f_outside"
                " conspicuously low: foreign DNA); not_assessable.",
                values=words.HOMOZYGOSITY_READINGS,
            ),
            Column(
                "reason", "text", "Why not assessable; blank where it is.", blank=True
            ),
        ),
        key=("sample_id",),
        needs="genotypes",
    ),
    Table(
        "qc/roh_runs.tsv",
        "The runs of homozygosity that are counted in qc/roh.tsv.",
        (
            _SAMPLE,
            Column("contig", "text", "Autosome.", values=words.AUTOSOMES),
            Column("start", "int", "First informative variant, 1-based.", low=1),
            Column("end", "int", "Last informative variant.", low=1),
            Column("length_mb", "float", "From one to the other.", low=0, unit="Mb"),
            Column(
                "n_sites",
                "int",
                "Informative variants called in it.",
                low=0,
                unit="variants",
            ),
            Column(
                "n_het",
                "int",
                "Heterozygous ones among them, taken for errors.",
                low=0,
                unit="variants",
            ),
        ),
        key=("sample_id", "contig", "start"),
        needs="genotypes",
    ),
    Table(
        "qc/roh.json",
        "What the runs of homozygosity rest on.",
        (
            Column("model", "record", "Rates and error of the hidden Markov model."),
            Column("shortest_mb", "record", "Shortest runs, and shortest long runs."),
            Column("min_covered_mb", "float", "Fewest that stand for a genome.", low=0),
            Column(
                "n_assessed",
                "int",
                "Samples with f_roh_long.",
                low=0,
                unit="samples",
            ),
            Column(
                "n_assessed_short", "int", "Samples with f_roh.", low=0, unit="samples"
            ),
            Column("readings", "record", "Samples by reading."),
            Column(
                "populations",
                "list",
                "For each set of allele frequencies: frequencies (its name), n_samples,"
                " n_founders, n_sites, covered_mb and covered_long_mb.",
            ),
        ),
        access="centre",
        needs="genotypes",
    ),
)
