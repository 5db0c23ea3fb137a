"""Entries on the genetics of groups of people, of the variants and strata stages."""

from genostrat.registry.spec import Column, Table
from genostrat.registry.words import every as words

_REASON = Column(
    "reason", "text", "Why there is no value; blank where there is one.", blank=True
)
_SITES = (
    " Of autosomal SNVs with one alternate allele, in unrelated samples that were kept."
)


def _groups(number: int) -> Column:
    which = "first" if number == 1 else "second"
    return Column(
        f"n_{number}",
        "int",
        f"Unrelated samples of the {which} group.",
        low=1,
        unit="samples",
    )


def _amount(name: str, description: str) -> Column:
    """Return a column of what is never negative, and blank where not assessed."""
    return Column(name, "float", description, low=0, blank=True)


_PAIR = (
    Column("group_1", "text", "A group."),
    Column("group_2", "text", "Another group of the kind."),
    _groups(1),
    _groups(2),
    Column(
        "n_variants",
        "int",
        "Variants that differ between people of the two.",
        low=0,
        blank=True,
        unit="variants",
    ),
    Column(
        "fst",
        "float",
        "Hudson's F_ST, the ratio of sums over variants; a little below 0 where the"
        " groups do not differ.",
        high=1,
        blank=True,
    ),
    _amount(
        "se",
        "Standard error over the genome: block jackknife over stretches of 5 Mb; blank"
        " with fewer than 10 stretches.",
    ),
    Column(
        "n_stretches",
        "int",
        "Stretches of the genome with such variants.",
        low=0,
        blank=True,
    ),
    _REASON,
)
_KIND = Column(
    "kind",
    "text",
    "all (everybody), ancestry or centre.",
    values=words.POPULATION_KINDS,
)
_GROUP = Column("group", "text", "The label; `all` for everybody.")

POPULATIONS: tuple[Table, ...] = (
    Table(
        "variants/fst.tsv",
        "How far apart centres, and ancestry labels, are in their allele frequencies:"
        f" one row a pair of groups of one kind.{_SITES} Centres whose patients differ"
        " in ancestry differ for that reason.",
        (
            Column(
                "kind",
                "text",
                "ancestry or centre.",
                values=words.POPULATION_KINDS[1:],
            ),
            *_PAIR,
        ),
        key=("kind", "group_1", "group_2"),
        access="centre",
        needs="genotypes",
    ),
    Table(
        "variants/diversity.tsv",
        f"How varied the genomes of each group are: one row a group.{_SITES} A file of"
        " variants does not say where none would have been called, so sums over all"
        " variants are told, and no values per base unless `variants.accessible_bases`"
        " is given.",
        (
            _KIND,
            _GROUP,
            Column(
                "n_samples",
                "int",
                "Unrelated samples of the group.",
                low=0,
                unit="samples",
            ),
            Column(
                "n_sites",
                "int",
                "Variants of the cohort with genotypes in the group.",
                low=0,
                blank=True,
                unit="variants",
            ),
            Column(
                "n_segregating",
                "int",
                "Of these, variants that vary within it.",
                low=0,
                blank=True,
                unit="variants",
            ),
            Column(
                "heterozygosity",
                "float",
                "Mean share of pairs of chromosomes that differ, over n_sites.",
                low=0,
                high=1,
                blank=True,
            ),
            _amount(
                "pi",
                "Differences between two chromosomes over all variants (nucleotide"
                " diversity times the unknown number of accessible bases).",
            ),
            _amount("theta_w", "Watterson's estimate of the same."),
            _amount(
                "pi_per_kb",
                "pi per 1,000 bases between the first and the last variant of each"
                " autosome. Too low as far as these were not all accessible: in an"
                " exome a hundredfold.",
            ),
            _amount("theta_w_per_kb", "theta_w likewise."),
            _amount(
                "pi_per_base",
                "pi over `variants.accessible_bases`; blank where that is not given.",
            ),
            _amount("theta_w_per_base", "theta_w likewise."),
            Column(
                "tajima_d",
                "float",
                "Tajima's D over the genome: below 0 where rare variants are many"
                " (growth, errors), above where they are few (a bottleneck, a mixture,"
                " a filter). It depends on the number of samples.",
                blank=True,
            ),
            _amount("tajima_d_se", "Its block-jackknife standard error."),
            Column(
                "n_chromosomes_rarefied",
                "int",
                "Chromosomes that all groups are brought down to, so that they can be"
                " compared: twice `variants.min_group_samples`.",
                low=2,
                blank=True,
            ),
            _amount(
                "n_segregating_rarefied",
                "Varying sites expected in so many chromosomes of the group.",
            ),
            Column("tajima_d_rarefied", "float", "Tajima's D of so many.", blank=True),
            _amount("tajima_d_rarefied_se", "Its standard error."),
            _REASON,
            Column(
                "spectrum_reason",
                "text",
                "Why pi, theta_w and Tajima's D, which need every variant to have been"
                " called, rare ones too, are not told; blank where they are.",
                blank=True,
            ),
        ),
        key=("kind", "group"),
        access="centre",
        needs="genotypes",
    ),
    Table(
        "variants/ld_decay.tsv",
        "How linkage disequilibrium decays with distance: one row a group and class of"
        f" distance.{_SITES} At common variants (minor allele frequency of 5 % in the"
        " group) from windows all over the genome. A group that is not assessed has one"
        " row.",
        (
            _KIND,
            _GROUP,
            Column(
                "n_samples",
                "int",
                "Unrelated samples; at most 300 are taken.",
                low=0,
                unit="samples",
            ),
            Column(
                "distance_low", "int", "Pairs are farther apart.", low=0, unit="bases"
            ),
            Column(
                "distance_high",
                "int",
                "And not farther than this.",
                low=1,
                unit="bases",
            ),
            Column("n_pairs", "int", "Pairs of variants.", low=0, blank=True),
            # Floating point: a correlation of 1 may be a digit above it.
            Column(
                "r2",
                "float",
                "Mean squared correlation of genotypes (Rogers and Huff); blank with"
                " fewer than 50 pairs.",
                low=0,
                high=1.0001,
                blank=True,
            ),
            Column(
                "r2_adjusted",
                "float",
                "Less what chance gives in so few people: 0 for unlinked variants.",
                high=1.0001,
                blank=True,
            ),
            _REASON,
        ),
        key=("kind", "group", "distance_low"),
        access="centre",
        needs="genotypes",
    ),
    Table(
        "variants/populations.json",
        "What the comparison of groups rests on.",
        (
            Column("n_unrelated", "int", "Samples that count.", low=0, unit="samples"),
            Column(
                "n_sites",
                "int",
                "Autosomal biallelic SNVs that were well called.",
                low=0,
                unit="variants",
            ),
            Column(
                "max_missing_rate",
                "float",
                "Highest missing rate of a variant.",
                low=0,
                high=1,
            ),
            Column(
                "min_group_samples", "int", "Fewest samples of a group.", unit="samples"
            ),
            Column(
                "stretch_mb", "float", "Stretch that the jackknife leaves out.", low=0
            ),
            Column(
                "span_mb", "float", "From the first to the last variant, summed.", low=0
            ),
            Column("accessible_bases", "int", "As given; null if not.", blank=True),
            Column(
                "sites",
                "record",
                "Whether the variants were chosen for being common: verdict"
                " (unselected, ascertained, not_assessable), by (spectrum or config),"
                " n_segregating, n_rare (two copies or one), n_rare_expected (in a"
                " population of constant size), rare_part (their ratio; below 0.5 is"
                " ascertained) and reason.",
            ),
            Column("groups", "record", "For each kind n and n_assessed."),
        ),
        access="centre",
        needs="genotypes",
    ),
)

STRATA_FST = Table(
    "strata/fst.tsv",
    "How far apart the strata are in the allele frequencies of their patients: one row"
    f" a pair.{_SITES} It describes strata found already and tests nothing: where they"
    " were found in features that follow ancestry, F_ST is above 0.",
    _PAIR,
    key=("group_1", "group_2"),
    access="centre",
    needs="strata_of_genotypes",
)
