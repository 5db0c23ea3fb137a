"""Whom a title names: children, women, men. Read only where it names nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from genostrat.studies.criteria.logic import Leaf


@dataclass(frozen=True)
class TitleGroup:
    """A group of people in a title, and where it is named."""

    leaf: Leaf
    start: int
    end: int


#: Groups by age, wider than the words are meant, since registers differ in them:
#: children may be 21 years old, and infants 3.
_AGES: tuple[tuple[re.Pattern[str], Leaf], ...] = (
    (
        re.compile(
            r"(?i)\b(?:(?:preterm|premature|very low birth weight) (?:infants?|bab(?:y"
            r"|ies)|newborns?|neonates?)|newborns?|neonates?)\b"
        ),
        Leaf("age", high=1.0, high_open=True),
    ),
    (
        re.compile(r"(?i)\b(?:infants?|toddlers?)\b"),
        Leaf("age", high=4.0, high_open=True),
    ),
    (
        re.compile(
            r"(?i)\b(?:children|p(?:a)?ediatric|childhood (?:cancers?|leuk\w+|acute"
            r"|asthma|obesity|tumou?rs?)|schoolchildren|preschool\w*|kindergart\w+)\b"
        ),
        Leaf("age", high=22.0, high_open=True),
    ),
    (
        re.compile(r"(?i)\b(?:adolescents?|teen\w*|youths?)\b"),
        Leaf("age", low=9.0, high=25.0, high_open=True),
    ),
    (
        re.compile(
            r"(?i)\b(?:elderly|older (?:adults|people|persons|patients|men|women)"
            r"|geriatric)\b"
        ),
        Leaf("age", low=50.0),
    ),
)
_ANY_ADULT = re.compile(
    r"(?i)\b(?:adults?|mothers?|maternal|parents?|caregivers?|pregnan\w+|young adults?"
    r"|famil\w+|families|siblings|survivors?"
    r"|lifelong|and their|and older|all ages|teachers?|physicians?|fathers?"
    r"|grandparents?)\b"
)
#: A title in which a group of age is a history, or a name of something.
_HISTORY = re.compile(
    r"(?i)\b(?:history of|born|previously|prior|childhood (?:abuse|trauma|maltreatment"
    r"|adversity)|children'?s (?:hospital|oncology))\b"
)
_SEXES = (
    (
        re.compile(
            r"(?i)\b(?:wom[ae]n|females?|girls|pregnan(?:t|cy)|postmenopausal"
            r"|premenopausal|mothers?|breast-?feeding|labou?r induction)\b"
        ),
        "female",
    ),
    (re.compile(r"(?i)\b(?:men|males?|boys|prostate|erectile)\b"), "male"),
)
#: Conditions that one sex alone has, where a title names no child, donor or sample.
_ONE_SEX = (
    (
        re.compile(
            r"(?i)\b(?:ovarian|endometri\w+|uterine|hysterectom\w+|c(?:a)?esarean"
            r"|pre-?eclampsia|polycystic ovar\w+|menopaus\w+|post-?partum|vagin\w+"
            r"|cervical (?:cancer|carcinoma|intraepithelial|ripening|dysplasia)"
            r"|gestational diabetes|in vitro fertili[sz]ation|myomectom\w+|fibroids?"
            r"|leiomyomas?|abortion|miscarriage|dysmenorrh\w+|menstrua\w+|labou?r pain"
            r"|gyn(?:a)?ecolog\w+)\b"
        ),
        "female",
    ),
    (
        re.compile(
            r"(?i)\b(?:prostat(?:ectom|ic|itis)\w*|benign prostatic|testic\w+"
            r"|vasectom\w+|male infertility|cryptorchidism|hypospadias)\b"
        ),
        "male",
    ),
)
_OTHER_PEOPLE = re.compile(
    r"(?i)\b(?:infants?|bab(?:y|ies)|newborns?|neonat\w+|f(?:o)?etal|f(?:o)?etus|children"
    r"|child|offspring|donors?|cells?|tissue|mice|boys|both sexes|siblings?|famil\w+"
    r"|breast|skin|lung|pancrea\w+|gastro\w+|infertility|genetics?|melanoma|bladder|renal"
    r"|rectal|liver|head and neck|volunteers|healthy"
    r"|and other|or other|solid tumou?rs|cancers|lynch|brca\w*|spermat\w+|sperm)\b"
)
_PARTNERS = re.compile(
    r"(?i)\b(?:partners?|couples?|husbands?|wives|transgender|fathers?|parents?)\b"
)


def find_title_groups(title: str) -> Iterator[TitleGroup]:
    """Yield the group of age and of sex that a title names, where it names one only.

    Examples
    --------
    >>> [g.leaf.tell() for g in find_title_groups("Asthma in Preschool Children")]
    ['age < 22']
    >>> list(find_title_groups("Asthma in Children and Adults"))
    []
    """
    found = [
        (leaf, match.start(), match.end())
        for pattern, leaf in _AGES
        if (match := pattern.search(title))
    ]
    if len(found) == 1 and not (_ANY_ADULT.search(title) or _HISTORY.search(title)):
        yield TitleGroup(*found[0])
    if _PARTNERS.search(title):
        return
    sexes = [
        (sex, match.start(), match.end())
        for pattern, sex in _SEXES
        if (match := pattern.search(title))
    ]
    if not sexes and not _OTHER_PEOPLE.search(title):
        sexes = [
            (sex, match.start(), match.end())
            for pattern, sex in _ONE_SEX
            if (match := pattern.search(title))
        ]
    if len(sexes) == 1:
        sex, start, end = sexes[0]
        yield TitleGroup(Leaf("sex", test=sex), start, end)
