import pandas as pd

from genostrat.report.figures.gradient import OF_EACH_END, marking_ends, plot_gradient
from genostrat.report.parts.document import Figures, Paragraph, TableView
from genostrat.report.parts.results import Results
from genostrat.report.sections.evidence.gradient import build_gradient

N = 30


def results(*, is_gradient=True):
    ids = [f"P{i:02d}" for i in range(N)]
    # Tables stand in the order of their keys, not in that of their values.
    positions = pd.DataFrame(
        {
            "sample_id": ids,
            "position": [(7 * i) % N - N / 2 for i in range(N)],
            "rank": 0.5,
            "found_in": "training",
        }
    )
    names = [f"rna:<b>f{i:02d}" for i in range(24)]
    r = [(-1) ** i * i / 25 for i in range(24)]
    features = pd.DataFrame({"feature": names, "layer": "rna", "correlation": r})
    features = features.assign(
        end=["high" if x > 0 else "low" for x in r],
        p_value=0.001,
        p_adjusted=0.01,
        valid_because="cross-fitted",
    )
    values = pd.DataFrame({"sample_id": ids})
    for name, slope in zip(names, r, strict=True):
        values[name] = slope * positions["position"]
    return Results(
        {
            "strata/gradient.json": {
                "is_gradient": is_gradient,
                "n_patients": N if is_gradient else 0,
                "repeatability": 0.93 if is_gradient else None,
            },
            "strata/gradient.tsv": positions,
            "strata/gradient_features.tsv": features,
            "profile/features.parquet": values,
        }
    )


def test_the_strongest_features_of_either_end_are_shown_in_order():
    found = results()
    features = found["strata/gradient_features.tsv"]
    rows = marking_ends(features, known=set(features["feature"]))
    assert len(rows) == 2 * OF_EACH_END
    r = features.set_index("feature")["correlation"]
    assert r[rows[0]] == r.min()
    assert r[rows[-1]] == r.max()


def test_patients_are_drawn_from_the_low_end_to_the_high_one():
    found = results()
    values = found["profile/features.parquet"]
    rows = list(values.columns[[-1, -2]])
    figure = plot_gradient(values, found["strata/gradient.tsv"], rows)
    line = figure.figure.axes[0].lines[0].get_ydata()
    assert (line[1:] >= line[:-1]).all()
    image = figure.figure.axes[1].images[0].get_array()
    assert image[1, 0] < image[1, -1]
    assert image[0, 0] > image[0, -1]


def test_the_section_says_how_repeatable_the_order_is():
    _, paragraph, figures, table = build_gradient(results())
    assert isinstance(paragraph, Paragraph)
    assert "0.93" in paragraph.text
    assert isinstance(figures, Figures)
    assert isinstance(table, TableView)
    assert len(table.rows) == 2 * OF_EACH_END
    assert table.rows[0][2].startswith("-") or table.rows[0][2].startswith("−")


def test_nothing_is_shown_without_a_gradient():
    assert build_gradient(results(is_gradient=False)) == []
    assert build_gradient(Results({})) == []
