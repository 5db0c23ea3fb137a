"""Tables of the simulate stage."""

from genostrat.registry.spec import Column, Table

TABLES: tuple[Table, ...] = (
    Table(
        "truth_check.tsv",
        "For a simulated cohort only: what was planted in it against what the run"
        " found. Counts and names of categories, no identifiers.",
        (
            Column(
                "item",
                "text",
                "What was planted. Items that begin with `other` count what was found"
                " beyond it: pairs, samples or outcomes with nothing planted in them."
                " Pairs with a contaminated sample do not count, because foreign reads"
                " make it resemble everybody.",
            ),
            Column("planted", "text", "What the simulation put in: a number or name."),
            Column("found", "text", "What the run shows of it."),
            Column(
                "verdict",
                "text",
                "`found`: the run shows what was planted, or nothing where nothing was."
                " `missed`: it does not show what was planted. `false_alarm`: it shows"
                " what was not planted.",
            ),
        ),
        key=("item",),
        private=False,
    ),
)
