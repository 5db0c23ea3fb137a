"""Categories of recommendations, against decisions made by reading every text.

Each text of a published table was read, and what a clinical pharmacist would do on it
written down; the texts are the source's, so only their digests stand here.
"""

import csv

import pytest

from genostrat.pgx.guidance.categories import (
    CATEGORIES,
    categorise_guideline,
    categorise_text,
    digest_text,
    judge_category,
    provides_for_unknown,
    rank_category,
    rank_certain,
    sort_categories,
)
from genostrat.pgx.knowledge.pypgx import find_pypgx

DECIDED = {
    "avoid": """
        04114092aa3e 04be0f533b38 04ca9a6cd133 08e770c793bf 09b3b44e8188 0a8926d53951
        11bc4f9880c5 2f270045052d 2fa8734d11b1 317d8bec0a95 367ac3557a4b 39305e91c7e5
        3942d059479d 3a57bc246d8b 3cb3b17be3c8 3e11a853151e 423ed9d846a3 42d950e6b255
        4426a153c482 445f0dd3592f 4cb9100988fc 4f0dc58c247b 5416eb79c6bc 5543714315db
        572b1400c161 586db00c3c23 586fa311a74c 600bf8196258 60ee2f601275 6661c19e9a4a
        66f7ea3d4915 6ac76a44179c 70e713746b4f 73a6ff7429ab 786989125821 7cd88a0f154c
        7eca01cac950 7f74cd9f3e30 806ef410276e 8109d97d93d3 81f2aba43af8 84fce336014e
        8517c4e11fe1 8840c85f258f 8a02c9f2d60d 9667506d6da3 968f046cec9c 985bb1b8454b
        9b5bff89ce3f a3bd2b84a546 aff12391fa53 b2691f79a677 b7390d2182ae bd502c4fb14b
        bdccfadcd866 bef155911b3f bf821608d740 c0e7a02a502b c7ba2e91b0bd cda5698b4a3c
        d8783197153c ddea484c8b84 e1f9831c9eae e55a1b6dc60e e6c82a0a6955 e994ada3b32a
        f0a9a98512bc f329dd4cf2e2 f37e3e7fb91e f55d1fcc8672 fac343ca1804 fc5d6600625a
        fdc7aaa82786 fe5e61f0847c ff0f3eceb68f
    """,
    "change_dose": """
        0369b2127f9f 04c510810634 0a19280bb568 0d75b7bc9616 10924cf58839 13306ecaca88
        18058198ea6c 1ae17ecc02ee 1f33e9a1266d 20e1060f8744 217c3242df7e 241356fc2448
        2457dc35059f 277631ce22bb 2f77c74ace77 304c3716f870 31f9c2351b4a 3971a73fcb90
        3bec2c8847f4 3dfdb81a9d18 3f6aa37a07a9 42af86c4a0cb 4325774a7f7e 453d8ec1dcbc
        46b2b516ead7 4d912ed2cc70 538e400c6a24 583c023f681b 695114a33d6e 6dea5b1f9424
        7e96294e8fc9 8376464ecfe5 88b6398f7ec8 8a783ec4028e 8d44ac0e2434 91ec2c34bf8a
        96438abc83d3 97feec9e6412 98b524340fdc 9a567c9db585 9c575b24e7bf 9f30a2ee92f8
        a31609880d3d a61c95622bdf a8f094a4d75f aa27171a4fc6 aa5f565a89f5 adf73d1a38e7
        afdfe2d55b27 b7ef4bd928fa b9ca32c2e55a c40372e1ae5a cb82198d3352 ce6422137304
        d5eab38dd9d7 d90d507457fc db3a6fd5112e dbdb6b8da2c9 dd8334f1b6c5 de31501695eb
        df52de8e8471 e2ba17e0cf87 e56c8be2bf23 ebfb2dc37042 f19715fc32db f25753106cc0
        f46000cc9518 f6c6d844f4ea f72fcc2a2817 fafcdb31b45c fbe8156326cf fedbbcbe33fb
    """,
    "monitor": """
        05cd38329c0f 113ae34d4aaf 1f9745730a9f 27a44bc92855 288ba15d0fc1 36b1018d4b89
        4440f6e0f3b7 4477e1ce79c5 5588a2acf053 5657b9e16244 5d53ba590729 603d19b5dfc4
        678ba799c335 67e3d6a68e0a 6ab346c7fc1c 6b28892af85f 6b3abe532012 7a3e431e3009
        7d62d00b4882 85bb759521e4 94743b759394 98f2b44c8d62 9ed2fd901a8d bc013206c6a2
        bfab4ffcba6c c456ed536f11 c7af001f613d cfd8ad67e646 e76cb2f84f3c f5ee209a8ad3
        f787b6a98d56 f98d0f805f78
    """,
    "standard": """
        05f381a5b0d2 0b886fd047e1 0bbf0215523e 11538eb03251 1c47aedd4114 1d203ce3d43d
        2d1e653bd3bf 34ebc793dd6c 3547ffa47de6 373b94b0d393 4556b0a1faf8 46c721c859da
        4ba78c54bd19 4fc15dbfb0c3 7d46567a3655 8220233dbff0 872f4b3065b2 8eaac069e37b
        952b4f1aec46 9960b479f183 9ec31b972d59 aeaf9022c4a3 b039d59d5cb2 b198bdb22600
        b6a25022a8c3 bb7784a13e11 bf21de614b3b cfdd212ab3ae ddfd82d6ca57 de66dec19ed0
        e0df1e1b5822 e4206740ed50 ede450865e1e
    """,
    "no_guidance": """
        6dd28369c446 9d6605be2664 d4d7ab6a5123
    """,
}


@pytest.fixture(scope="module")
def texts():
    path = find_pypgx()[0] / "recommendation-table.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        found = {row["Recommendation"].strip() for row in csv.DictReader(stream)}
    return sorted(found - {"None", ""})


def test_every_text_is_categorised_as_was_decided_by_reading_it(texts):
    decided = {
        digest: category
        for category, digests in DECIDED.items()
        for digest in digests.split()
    }
    found = {digest_text(text): categorise_text(text) for text in texts}
    assert found == decided


def test_the_decisions_are_in_force_for_as_many_texts_as_were_read():
    digests = [digest for some in DECIDED.values() for digest in some.split()]
    assert len(digests) == len(set(digests)) == 215
    assert set(DECIDED) == set(CATEGORIES)


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("", "no_guidance"),
        ("None", "no_guidance"),
        ("  \n ", "no_guidance"),
        # The first advice decides, whatever is offered after it.
        ("Avoid codamol use. If needed, consider a 50% reduction.", "avoid"),
        ("Select alternative drug or consider a 50% reduction.", "avoid"),
        (
            "Consider a 50% reduction of recommended starting dose or select an"
            " alternative drug.",
            "change_dose",
        ),
        # To avoid another medicine is not to avoid this one.
        (
            "Avoid strong CYP2D6 inhibitors. Initiate therapy with recommended standard"
            " of care dosing.",
            "standard",
        ),
        # A dose that is not to be passed does not forbid the drug.
        ("Avoid doses above 40 mg.", None),
        ("This drug is not contraindicated.", None),
        ("Codamol is contraindicated in these patients.", "avoid"),
        ("Based on CYP1 status, prescribe desired starting dose.", "standard"),
        (
            "Based on TPMT status, start with reduced starting doses (50%).",
            "change_dose",
        ),
        ("Initiate  therapy with\nrecommended starting dose", "standard"),
        ("INITIATE THERAPY WITH RECOMMENDED STARTING DOSE.", "standard"),
    ],
)
def test_wordings(text, category):
    assert categorise_text(text) == category


@pytest.mark.parametrize(
    "addition",
    [
        "Avoid in patients over 65.",
        "Reduce the dose by 50% after a week.",
        "It is contraindicated in pregnancy.",
        "Choose an alternative for children.",
        "Increase the dose in smokers.",
        "Stop after a week.",
    ],
)
def test_an_addition_that_no_rule_knows_is_not_passed_off_as_standard(addition):
    text = "Initiate therapy with recommended starting dose."
    assert categorise_text(text) == "standard"
    assert categorise_text(f"{text} {addition}") is None


@pytest.mark.parametrize(
    ("text", "marks", "category"),
    [
        # A known wording decides, whatever the marks are.
        ("Avoid codamol use.", "", "avoid"),
        # Else the first word that asks for something of what is marked.
        ("Use 70% of the dose, or choose an alternative.", "da", "change_dose"),
        ("Choose an alternative, or use 70% of the dose.", "da", "avoid"),
        ("Choose an alternative, or use 70% of the dose.", "d", "change_dose"),
        ("Be alert to side effects; the dose may be reduced.", "do", "monitor"),
        ("It is not possible to reduce the dose safely. Avoid codamol.", "da", "avoid"),
        ("NO action is required for this gene-drug interaction.", "", "standard"),
        # A mark without a word that fits it still counts; neither is no category.
        ("Look at the label.", "a", "avoid"),
        ("Look at the label.", "", None),
    ],
)
def test_texts_without_a_known_wording_go_by_the_curators_marks(text, marks, category):
    found = categorise_guideline(
        text, dosing="d" in marks, alternative="a" in marks, other="o" in marks
    )
    assert found == category


def test_digests_do_not_depend_on_spaces_and_case():
    assert digest_text("Avoid  X use.\n") == digest_text("avoid x use.")
    assert digest_text("Avoid X use.") != digest_text("Avoid Y use.")


def test_only_texts_for_an_unknown_status_provide_for_it(texts):
    providing = [text for text in texts if provides_for_unknown(text)]
    assert len(providing) == 50
    for text in providing:
        assert "TPMT" in text or "NUDT15" in text


def test_categories_sort_by_what_presses_most():
    assert sort_categories(["standard", "avoid", "no_guidance", "avoid"]) == [
        "avoid",
        "standard",
        "no_guidance",
    ]


def test_the_most_pressing_possibility_comes_first():
    """What a result leaves open presses more than what nobody has looked at."""
    order = [
        ("avoid", ["avoid"], True),
        ("no_guidance", ["avoid", "standard"], True),
        ("change_dose", ["change_dose"], True),
        ("no_guidance", ["avoid", "standard"], False),
        ("no_guidance", ["change_dose", "standard"], True),
        ("no_guidance", ["change_dose", "standard"], False),
        ("monitor", ["monitor"], True),
        ("no_guidance", ["monitor", "standard"], True),
        ("no_guidance", ["monitor", "standard"], False),
        ("standard", ["standard"], True),
        ("no_guidance", ["no_guidance"], True),
    ]
    ranks = [
        rank_category(category, possible, is_assessed=known)
        for category, possible, known in order
    ]
    assert ranks == sorted(set(ranks))
    # A certain change does not hide that more is possible, for whatever reason.
    for known in (True, False):
        found = rank_category("change_dose", ["avoid"], is_assessed=known)
        assert found == ranks[1]
    assert judge_category("change_dose", ["avoid", "change_dose"]) == ("avoid", False)


def test_what_is_certain_comes_first_where_it_decides():
    order = [
        ("avoid", ["avoid"]),
        ("change_dose", ["avoid", "change_dose"]),
        ("no_guidance", ["avoid", "standard"]),
        ("no_guidance", ["change_dose", "standard"]),
        ("monitor", ["monitor"]),
    ]
    ranks = [rank_certain(category, possible) for category, possible in order]
    assert ranks == sorted(set(ranks))
