"""The schema of ``qc`` and ``variant_qc``."""

from __future__ import annotations

from typing import Any

from genostrat.catalogues.quality_rules import (
    ALLELE_BALANCE,
    ANCESTRY_MISMATCH,
    CONTAMINATION,
    DISPROPORTION,
    DUPLICATE,
    EXCHANGED_ALLELES,
    FOREIGN_ALLELES,
    HET_HOM_RATIO_OUTLIER,
    HET_OUTLIER,
    LOW_CALL_RATE,
    LOW_DEPTH,
    LOW_VARIANT_CALL_RATE,
    MENDEL,
    MENDEL_ERRORS,
    MIXTURE,
    N_SINGLETON_OUTLIER,
    NO_PEERS,
    PEDIGREE_MISMATCH,
    POSSIBLE_SWAP,
    RELATIVE,
    REPLICATE,
    SEX_AMBIGUOUS,
    SEX_MISMATCH,
    SWAP,
    TI_TV_OUTLIER,
    UNEVEN_FREQUENCY,
    UNEVEN_HETEROZYGOSITY,
    UNEVEN_MISSINGNESS,
    UNLIKE_PANEL,
)
from genostrat.config.schema.parts import make_action as _action
from genostrat.config.schema.parts import make_number as _number
from genostrat.config.schema.parts import make_object as _object
from genostrat.config.schema.parts import make_whole as _whole

QC: dict[str, Any] = _object(
    "Which samples can be trusted.",
    {
        "min_call_rate": _number("Lowest autosomal call rate.", 0, 1),
        **_action(LOW_CALL_RATE),
        "max_contamination": _number(
            "Highest estimated share of another person's reads.", 0, 1
        ),
        **_action(CONTAMINATION),
        **_action(MIXTURE),
        "male_min_x_f": _number("chrX F that one in a hundred men lies below.", -1, 1),
        "female_max_x_f": _number(
            "chrX F that one in a hundred women lies above.", -1, 1
        ),
        "absent_y_call_rate": _number(
            "chrY call rate that one in a hundred samples without a Y exceeds.", 0, 1
        ),
        "present_y_call_rate": _number(
            "chrY call rate that one in a hundred samples with a Y does not reach.",
            0,
            1,
        ),
        "min_karyotype_probability": _number(
            "Probability from which a sex or a karyotype is told.", 0.5, 1
        ),
        **_action(SEX_MISMATCH),
        **_action(SEX_AMBIGUOUS),
        **_action(DUPLICATE),
        **_action(REPLICATE),
        **_action(RELATIVE),
        "max_het_mads": _number("Heterozygosity residual on ancestry PCs, in MADs.", 0),
        **_action(HET_OUTLIER),
        "max_outlier_mads": _number(
            "Residual on ancestry PCs of the other metrics of outliers, in MADs.", 0
        ),
        **_action(HET_HOM_RATIO_OUTLIER),
        **_action(TI_TV_OUTLIER),
        **_action(N_SINGLETON_OUTLIER),
        **_action(NO_PEERS),
        **_action(MENDEL),
        **_action(PEDIGREE_MISMATCH),
        **_action(ANCESTRY_MISMATCH),
        **_action(SWAP),
        **_action(POSSIBLE_SWAP),
        "min_kinship_written": _number(
            "Kinship from which a pair is written.", 0.0221, 0.5
        ),
        "min_kinship_relative": _number(
            "Kinship from which a pair counts as relatives.", 0.0221, 0.5
        ),
        "min_sites_kinship": _whole("Fewest variants for kinship.", 1),
        "max_mendel_error_rate": _number(
            "Share of Mendelian errors above which a family is inconsistent.", 0, 1
        ),
        "min_sites_mendel": _whole(
            "Fewest informative variants for Mendelian errors.", 1
        ),
        "min_sites_x": _whole("Fewest chrX variants for sex.", 1),
        "min_sites_y": _whole("Fewest chrY variants for sex.", 1),
        "min_sites_contamination": _whole(
            "Fewest homozygous-alternate SNVs for contamination.", 1
        ),
        "min_features_match": _whole(
            "Fewest omics features associated with variants for matching profiles"
            " with genotypes.",
            1,
        ),
        "min_sites_pca": _whole("Fewest variants for ancestry PCs.", 1),
        "min_maf": _number(
            "Lowest minor allele frequency for kinship and PCA.", 0, 0.5
        ),
        "min_maf_x": _number("Lowest minor allele frequency for chrX F.", 0, 0.5),
        "max_missing_rate": _number(
            "Highest missing rate of a variant for sex, kinship and PCA.", 0, 1
        ),
        "prune_window_variants": _whole("LD pruning window, in variants.", 2),
        "prune_step_variants": _whole("LD pruning step, in variants.", 1),
        "prune_max_r2": _number("Highest r² left within a window.", 0, 1),
        "n_pcs": _whole("Principal components written.", 1, 50),
        "min_sites_labels": _whole(
            "Fewest pruned variants in common with the reference panel.", 1
        ),
        "min_label_probability": _number(
            "Lowest probability of an ancestry label.", 0.5, 1
        ),
        "label_tail": _number(
            "Share of a label's own panel members that lie too far out to get it.",
            0,
            0.1,
        ),
    },
)

VARIANT_QC: dict[str, Any] = _object(
    "Which variants can be trusted; samples are measured on these.",
    {
        "min_call_rate": _number("Lowest call rate of a variant.", 0, 1),
        **_action(LOW_VARIANT_CALL_RATE),
        "max_missing_difference": _number(
            "Highest excess of missing calls in one batch, centre or arm.", 0, 1
        ),
        **_action(UNEVEN_MISSINGNESS),
        "min_frequency_p": _number(
            "Lowest p-value of a difference of frequency by batch, centre or arm.", 0, 1
        ),
        **_action(UNEVEN_FREQUENCY),
        "min_proportion_p": _number(
            "Lowest p-value of the exact test of Hardy-Weinberg proportions.", 0, 1
        ),
        **_action(UNEVEN_HETEROZYGOSITY),
        **_action(DISPROPORTION),
        "max_mendel_error_rate": _number(
            "Highest share of the informative families with a Mendelian error.", 0, 1
        ),
        **_action(MENDEL_ERRORS),
        **_action(FOREIGN_ALLELES),
        **_action(EXCHANGED_ALLELES),
        "min_panel_p": _number(
            "Lowest p-value of a difference of frequency from the reference panel's.",
            0,
            1,
        ),
        **_action(UNLIKE_PANEL),
        "max_balance_deviation": _number(
            "Largest distance from a half of the share of alternate reads of"
            " heterozygotes.",
            0,
            0.5,
        ),
        **_action(ALLELE_BALANCE),
        "min_mean_depth": _number("Fewest reads of a call, on average.", 0),
        **_action(LOW_DEPTH),
    },
)
