"""Draw records to be labelled by reading: by chance, from words and a seed alone.

    python benchmarks/study_labels.py draw --seed 17

What rules or labels say has no part in the drawing, so that neither precision nor
recall is flattered by it. A record of the first three sets is not drawn again. The
filters name kinds of words (a result of a molecular test, drug metabolism, strata,
personal treatment), each wider than any rule. Data: ``registry_texts`` in the folder
that GENOSTRAT_DATA names.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HOME))

from benchmarks.studies import RECORDS, read_labels, read_texts  # noqa: E402

#: Frames of the records that were read before.
EARLIER = ("random", "marker", "pgx", "stratif", "stratif2", "design", "design2")
#: Frame → words of which one must stand in the text, and how many records are drawn;
#: in this order, each from what the frames before it have left.
FRAMES: dict[str, tuple[str, int]] = {
    "random3": ("", 60),
    "stratif3": (
        r"stratif[^.;]{0,200}\b(?:mutat|status|express|positiv|genotyp|receptor"
        r"|biomarker|her-?2|egfr|k?ras|braf|subtype|cytogen|molecul)",
        20,
    ),
    "design3": (
        r"personali[sz]ed|precision (?:med|onc)|individuali[sz]ed|molecularly"
        r"|molecular[- ](?:profil|target|guided|match|select)|in vitro diagnostic"
        r"|genom\w+[- ](?:profil|guided|match|driven)|diagnostic (?:assay|kit)"
        r"|biomarker[- ](?:driven|guided|directed|match|select|based|strat)",
        40,
    ),
    "pgx3": (
        r"pharmaco-?gen|metaboli[sz]ers?\b|geno-?typ|polymorphism|\ballel"
        r"|\bcyp ?2[bcd]\d|\b(?:ugt1a1|tpmt|dpyd|nudt15|vkorc1|slco1b1|nat2|g6pd"
        r"|oprm1|comt)\b|\bhla-",
        55,
    ),
    "marker3": (
        r"mutation|mutated|mutant|wild[- ]type|amplifi(?:ed|cation)|translocation"
        r"|rearrange|philadelphia|receptor[- ](?:positive|negative)|\bher-?2"
        r"|over-?express|express(?:ing|ion of)|\begfr\b|\bk?ras\b|\bbraf\b|\bbrca"
        r"|cytogenetic|karyotype|microsatellite|\bcd(?:20|22|30|33)[- ]?\+"
        r"|\b(?:\+|positive) tumou?r|deletion|biomarker|gene(?:tic)? test",
        90,
    ),
    "status3": (
        r"\bher-?2|triple[- ]negative|receptor[- ](?:positive|negative)|wild[- ]type"
        r"|mutation[- ]positive|harbou?r|\bk?ras\b|\bbraf|\bbrca|\begfr\b|\balk\b"
        r"|philadelphia|\bbcr|\bflt3|\bjak2|over-?express|homozyg|(?:11|17|5)q"
        r"|\b(?:er|pr|hr)[- ]?(?:\+|positive)|cd(?:20|30|33)[- ](?:\+|positive)",
        70,
    ),
}


def draw_records(
    texts: dict[str, str], taken: set[str], *, seed: int
) -> list[tuple[str, str]]:
    """Return pairs of identifier and frame.

    Parameters
    ----------
    texts
        Identifier → text.
    taken
        Identifiers that have labels.
    seed
        Of the drawing.
    """
    chance = random.Random(seed)
    left = sorted(set(texts) - taken)
    lower = {name: texts[name].lower() for name in left}
    drawn = []
    for frame, (pattern, wanted) in FRAMES.items():
        matching = re.compile(pattern)
        found = [name for name in left if matching.search(lower[name])]
        some = sorted(chance.sample(found, min(wanted, len(found))))
        drawn += [(name, frame) for name in some]
        left = sorted(set(left) - set(some))
    return drawn


def main() -> None:
    """Take the command line apart."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    draw = commands.add_parser("draw")
    draw.add_argument("--seed", type=int, required=True)
    asked = parser.parse_args()
    _, _, frames = read_labels()
    taken = {name for name, frame in frames.items() if frame in EARLIER}
    texts = read_texts(RECORDS / "texts.jsonl.gz")
    print("study_id\tframe")
    for name, frame in draw_records(texts, taken, seed=asked.seed):
        print(f"{name}\t{frame}")


if __name__ == "__main__":
    main()
