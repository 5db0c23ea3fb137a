"""The catalogues: what each entry says of itself, held against a list by hand."""

from genostrat.catalogues.outcome_kinds import KINDS, describe_no_events
from genostrat.catalogues.quality_rules import VARIANT_RULES


def test_only_of_time_to_an_event_is_more_the_better():
    better = {name for name, kind in KINDS.items() if kind.more_is_better}
    assert better == {"survival"}


def test_kinds_without_events_are_named_and_no_others():
    without = {name for name, kind in KINDS.items() if not kind.has_events}
    said = describe_no_events()
    assert without
    for name in KINDS:
        assert (name in said) == (name in without), name


def test_which_rules_doubt_the_genotypes_of_a_variant():
    doubting = {rule.name for rule in VARIANT_RULES if rule.doubts_calls}
    kept = {rule.name for rule in VARIANT_RULES} - doubting
    assert "mendel_errors" in doubting
    assert "low_call_rate" in kept
    assert len(doubting) == 7
