import math

import pytest

from genostrat.report.parts.wording import (
    brief_count,
    count_text,
    interval_text,
    is_missing,
    label_text,
    listing,
    number_text,
    p_text,
    percent_text,
    plain_number,
    plural,
    sentence,
)


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.0004, "p < 0.001"),
        (0.00099, "p < 0.001"),
        (0.001, "p = 0.001"),
        (0.0123, "p = 0.012"),
        (0.049, "p = 0.049"),
        (0.0996, "p = 0.100"),
        (0.61, "p = 0.61"),
        (math.nan, "–"),
        (None, "–"),
    ],
)
def test_a_p_value_keeps_the_digits_that_matter(p, text):
    assert p_text(p).replace("\u00a0", " ") == text


def test_a_bare_p_value_stands_in_a_table():
    assert p_text(0.02, bare=True) == "0.020"
    assert p_text(0.0001, bare=True).replace("\u00a0", " ") == "< 0.001"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.29314, "0.293"),
        (-3.0421, "−3.04"),
        (12.4, "12.4"),
        (1234.5, "1,234"),
        (0, "0"),
        (math.inf, "∞"),
        (math.nan, "–"),
        (1e-9, "1.00\u00a0×\u00a010⁻⁹"),
        (-2.345e-12, "−2.34\u00a0×\u00a010⁻¹²"),
        (9.9996e-5, "1.00\u00a0×\u00a010⁻⁴"),
        (1.234e-4, "0.000123"),
        (5e-324, "4.94\u00a0×\u00a010⁻³²⁴"),
    ],
)
def test_numbers_have_three_significant_digits(value, text):
    assert number_text(value) == text


def test_settings_are_written_as_people_write_them():
    assert [plain_number(v) for v in (0.95, 2.0, 40, -0.5)] == [
        *("0.95", "2", "40", "−0.5")
    ]


def test_counts_and_shares():
    assert count_text(1234567) == "1,234,567"
    assert count_text(None) == "–"
    assert percent_text(0.123, 1) == "12.3\u00a0%"
    assert percent_text(1125 / 1126) == ">\u00a099\u00a0%"
    assert percent_text(0.0001) == "<\u00a01\u00a0%"
    assert percent_text(0.0001, 1) == "<\u00a00.1\u00a0%"
    assert [percent_text(p) for p in (0, 1)] == ["0\u00a0%", "100\u00a0%"]
    assert brief_count(999_999) == "999,999"
    assert brief_count(12_345_678) == "12.3\u00a0M"
    assert plural(1, "sample") == "1\u00a0sample"
    assert plural(0, "sample") == "0\u00a0samples"


def test_an_interval_without_an_end_is_a_dash():
    assert interval_text(0.181, 0.442) == "0.18 to 0.44"
    assert interval_text(0.181, math.nan) == "–"


def test_lists_read_as_sentences():
    assert listing([]) == ""
    assert listing(["a"]) == "a"
    assert listing(["a", "b", "c"]) == "a, b and c"
    assert sentence(" one pair is found") == "One pair is found."
    assert sentence("done!") == "Done!"


def test_missing_values_of_every_kind_are_missing():
    import pandas as pd

    assert all(is_missing(v) for v in (None, "", math.nan, pd.NA, pd.NaT))
    assert not any(is_missing(v) for v in (0, False, "0", "nan", 0.0))


def test_labels_show_control_characters_and_are_bounded():
    assert label_text("a\nb\x1b[31m") == "a\\nb\\x1b[31m"
    assert len(label_text("x" * 100, 20)) == 20
