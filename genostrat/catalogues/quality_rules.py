"""The rules of sample and variant QC: one object each, and all else derives from it.

The config's keys and their descriptions, the ledger's rows, the documentation of its
columns and the report's words all come from here. To add a rule, add it to
:data:`RULES`, give its action a default in ``config/config.yaml``, and judge it in
:mod:`genostrat.qc.ledger`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: What the config may say of a rule, and what the ledger says of a sample then.
OUTCOMES = {"keep": "kept", "flag": "flagged", "exclude": "excluded"}


@dataclass(frozen=True)
class Rule:
    """A rule of QC.

    Parameters
    ----------
    name
        As the ledger writes it. The action's key in the config is ``qc.on_<name>``.
    words
        What the rule catches, in words of the report.
    whom
        Whom the action is for, in words of the config's documentation.
    limit
        Key of the section with the rule's threshold; blank where the rule has none.
    section
        Of the config: ``qc`` for samples, ``variant_qc`` for variants.
    doubts_calls
        Of a rule of variants: whether it says that genotypes which are there are wrong,
        and not merely that some are not there.
    """

    name: str
    words: str
    whom: str
    limit: str = ""
    section: str = "qc"
    doubts_calls: bool = False

    @property
    def action_key(self) -> str:
        """Key of ``qc`` that says what becomes of a sample that the rule caught."""
        return f"on_{self.name}"

    @property
    def config_key(self) -> str:
        """The key that the ledger names: the threshold's, or else the action's."""
        return f"{self.section}.{self.limit or self.action_key}"

    def outcome(self, policy: Mapping[str, Any]) -> str:
        """Return kept, flagged or excluded, by the config's section."""
        return OUTCOMES[policy[self.action_key]]

    def threshold(self, policy: Mapping[str, Any]) -> float:
        """Return the rule's threshold in the config's section; NaN without one."""
        return float(policy[self.limit]) if self.limit else float("nan")


LOW_CALL_RATE = Rule(
    "low_call_rate",
    "low call rate",
    "a sample below `min_call_rate`",
    limit="min_call_rate",
)
CONTAMINATION = Rule(
    "contamination",
    "contamination",
    "a sample above `max_contamination`",
    limit="max_contamination",
)
MIXTURE = Rule(
    "mixture",
    "DNA of two people",
    "a sample with more heterozygotes than its ancestry explains, as DNA of two people"
    " gives",
)
SEX_MISMATCH = Rule(
    "sex_mismatch", "sex mismatch", "a sample whose sex differs from the sheet's"
)
SEX_AMBIGUOUS = Rule(
    "sex_ambiguous",
    "ambiguous sex",
    "a sample whose X and Y disagree or fit no usual sex well enough",
)
SWAP = Rule("swap", "likely swap", "samples that are likely swapped")
POSSIBLE_SWAP = Rule(
    "possible_swap", "possible swap", "samples that are possibly swapped"
)
MENDEL = Rule(
    "mendel",
    "not a child of its parents",
    "a child whose genotypes its parents cannot have given",
    limit="max_mendel_error_rate",
)
PEDIGREE_MISMATCH = Rule(
    "pedigree_mismatch",
    "not related as the sheet says",
    "samples that are not related as the sheet says",
)
ANCESTRY_MISMATCH = Rule(
    "ancestry_mismatch",
    "another ancestry than reported",
    "a sample whose ancestry label is another one than the sheet reports",
)
HET_OUTLIER = Rule(
    "het_outlier",
    "unusual heterozygosity",
    "a sample beyond `max_het_mads`",
    limit="max_het_mads",
)
HET_HOM_RATIO_OUTLIER = Rule(
    "het_hom_ratio_outlier",
    "unusual ratio of heterozygotes",
    "a sample whose ratio of heterozygous to homozygous alternate genotypes is beyond"
    " `max_outlier_mads`",
    limit="max_outlier_mads",
)
TI_TV_OUTLIER = Rule(
    "ti_tv_outlier",
    "unusual ratio of transitions",
    "a sample whose ratio of transitions to transversions is beyond `max_outlier_mads`",
    limit="max_outlier_mads",
)
N_SINGLETON_OUTLIER = Rule(
    "n_singleton_outlier",
    "too many singletons",
    "a sample with more singletons than `max_outlier_mads` allows",
    limit="max_outlier_mads",
)
NO_PEERS = Rule(
    "no_peers",
    "nobody to compare with",
    "a sample whose metrics cannot be held against others of its ancestry",
)
REPLICATE = Rule(
    "replicate",
    "declared replicate",
    "the worse-called of two samples that the sheet says are of one person",
)
DUPLICATE = Rule(
    "duplicate", "duplicate", "the worse-called sample of a duplicate pair"
)
RELATIVE = Rule(
    "relative",
    "relative of another sample",
    "the samples left out of the unrelated set",
    limit="min_kinship_relative",
)

#: Every rule in the order in which samples are judged. A sample that several rules
#: exclude is counted under the first of them.
RULES = (
    LOW_CALL_RATE,
    CONTAMINATION,
    MIXTURE,
    SEX_MISMATCH,
    SEX_AMBIGUOUS,
    SWAP,
    POSSIBLE_SWAP,
    MENDEL,
    PEDIGREE_MISMATCH,
    ANCESTRY_MISMATCH,
    HET_OUTLIER,
    HET_HOM_RATIO_OUTLIER,
    TI_TV_OUTLIER,
    N_SINGLETON_OUTLIER,
    NO_PEERS,
    REPLICATE,
    DUPLICATE,
    RELATIVE,
)
LOW_VARIANT_CALL_RATE = Rule(
    "low_call_rate",
    "called in too few samples",
    "a variant below `min_call_rate`",
    limit="min_call_rate",
    section="variant_qc",
)
UNEVEN_MISSINGNESS = Rule(
    "uneven_missingness",
    "missing in one batch, centre or arm",
    "a variant that one batch, centre or arm lacks more often than the others, by more"
    " than `max_missing_difference`",
    limit="max_missing_difference",
    section="variant_qc",
)
UNEVEN_FREQUENCY = Rule(
    "uneven_frequency",
    "another frequency in one batch, centre or arm",
    "a variant whose frequency in one batch, centre or arm differs from the others',"
    " more than ancestry makes differ, with p below `min_frequency_p`",
    limit="min_frequency_p",
    section="variant_qc",
    doubts_calls=True,
)
UNEVEN_HETEROZYGOSITY = Rule(
    "uneven_heterozygosity",
    "too few or too many heterozygotes in one batch, centre or arm",
    "a variant whose heterozygotes in one batch, centre or arm are out of"
    " Hardy-Weinberg proportions, and the others' are not, with p below"
    " `min_proportion_p`",
    limit="min_proportion_p",
    section="variant_qc",
    doubts_calls=True,
)
DISPROPORTION = Rule(
    "disproportion",
    "out of Hardy-Weinberg proportions",
    "a variant out of Hardy-Weinberg proportions with p below `min_proportion_p`",
    limit="min_proportion_p",
    section="variant_qc",
    doubts_calls=True,
)
MENDEL_ERRORS = Rule(
    "mendel_errors",
    "genotypes of children that their parents cannot have given",
    "a variant with Mendelian errors in more of the informative families than"
    " `max_mendel_error_rate`",
    limit="max_mendel_error_rate",
    section="variant_qc",
    doubts_calls=True,
)
FOREIGN_ALLELES = Rule(
    "foreign_alleles",
    "alleles of the other strand, or none of the genome's",
    "a variant neither of whose alleles is that of the sequence (`genotypes.fasta`), or"
    " whose alleles the reference panel has on the other strand",
    section="variant_qc",
    doubts_calls=True,
)
EXCHANGED_ALLELES = Rule(
    "exchanged_alleles",
    "alleles exchanged, or of a strand that the files do not tell",
    "a variant whose alternate allele is that of the sequence (`genotypes.fasta`), or"
    " whose alleles are the other strand's in files that do not tell the strand",
    section="variant_qc",
)
UNLIKE_PANEL = Rule(
    "unlike_panel",
    "another frequency than in the reference panel",
    "a variant whose frequency in one ancestry differs from the reference panel's, more"
    " than its other variants do, with p below `min_panel_p`",
    limit="min_panel_p",
    section="variant_qc",
    doubts_calls=True,
)
ALLELE_BALANCE = Rule(
    "allele_balance",
    "heterozygotes with mostly reads of one allele",
    "a variant of whose heterozygous calls the share of alternate reads, all together,"
    " is further from a half than `max_balance_deviation`",
    limit="max_balance_deviation",
    section="variant_qc",
    doubts_calls=True,
)
LOW_DEPTH = Rule(
    "low_depth",
    "few reads",
    "a variant whose calls have fewer reads on average than `min_mean_depth`",
    limit="min_mean_depth",
    section="variant_qc",
)
#: Every rule of variants, in the order in which the ledger names them.
VARIANT_RULES = (
    LOW_VARIANT_CALL_RATE,
    UNEVEN_MISSINGNESS,
    UNEVEN_FREQUENCY,
    UNEVEN_HETEROZYGOSITY,
    DISPROPORTION,
    MENDEL_ERRORS,
    FOREIGN_ALLELES,
    EXCHANGED_ALLELES,
    UNLIKE_PANEL,
    ALLELE_BALANCE,
    LOW_DEPTH,
)
#: What the ledger writes for a decision made by hand, and for a sample that no rule
#: caught.
OVERRIDE, NO_RULE = "override", "none"
#: What may stand in the ledger's column of rules: first what is decided by hand, then
#: the rules in their order.
NAMES = (OVERRIDE, *(rule.name for rule in RULES))

_WORDS = {OVERRIDE: "decided by hand"} | {
    rule.name: rule.words for rule in (*VARIANT_RULES, *RULES)
}


def rule_words(name: str) -> str:
    """Put the name of a rule in words.

    A ledger of another version may hold rules that this one does not know.

    Examples
    --------
    >>> rule_words("sex_ambiguous")
    'ambiguous sex'
    >>> rule_words("low_coverage")
    'low coverage'
    """
    return _WORDS.get(name) or name.replace("_", " ")
