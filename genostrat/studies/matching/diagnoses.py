"""Whether two names of diagnoses mean the same, or exclude each other.

A diagnosis in other words is never taken for another one: only two cancers of different
organs exclude each other.
"""

from __future__ import annotations

import re
from functools import lru_cache

from genostrat.studies.criteria.logic import Answer

#: Organ → words that name a cancer of it.
_SITES = {
    "breast": "breast mammary",
    "lung": "lung nsclc sclc bronch pulmonary pleuropulmonary",
    "colorectum": "colorectal colon rectal rectum bowel",
    "prostate": "prostate prostatic",
    "ovary": "ovarian ovary fallopian",
    "stomach": "gastric stomach gastroesophageal",
    "oesophagus": "esophageal oesophageal esophagus oesophagus",
    "pancreas": "pancreatic pancreas",
    "skin": "melanoma skin merkel",
    "kidney": "renal kidney",
    "bladder": "bladder urothelial",
    "liver": "liver hepatocellular hcc hepatic",
    "bile": "biliary cholangiocarcinoma gallbladder",
    "thyroid": "thyroid",
    "cervix": "cervical cervix",
    "endometrium": "endometrial endometrium uterine",
    "brain": "glioma glioblastoma astrocytoma brain medulloblastoma",
    "head": "nasopharyngeal laryngeal oropharyngeal hnscc",
    "blood": "leukemia leukaemia lymphoma myeloma myelodysplastic aml cll cml",
}
_CANCER = re.compile(
    r"(?i)\b(?:cancer|tumou?r|neoplasm|malignan|melanoma|leuk\w*mia|lymphoma|myeloma"
    r"|glioma|nsclc|sclc|hcc|hnscc|aml|cll|cml|astrocytoma|myelodysplas"
    r"|\w*(?:carcinoma|sarcoma|blastoma))"
)
#: Words that say nothing about which disease it is.
_EMPTY = frozenset(
    [
        "a",
        "an",
        "and",
        "the",
        "of",
        "in",
        "with",
        "or",
        "to",
        "for",
        "on",
        "at",
        "disease",
        "diseases",
        "disorder",
        "disorders",
        "syndrome",
        "stage",
        "advanced",
        "metastatic",
        "recurrent",
        "refractory",
        "relapsed",
        "relapse",
        "adult",
        "adults",
        "childhood",
        "children",
        "unspecified",
        "primary",
        "secondary",
        "type",
        "acute",
        "chronic",
        "severe",
        "moderate",
        "mild",
        "patients",
        "solid",
        "tumor",
        "tumors",
        "tumour",
        "tumours",
        "malignant",
        "i",
        "ii",
        "iii",
        "iv",
        "iiia",
        "iiib",
        "early",
        "late",
        "locally",
        "newly",
        "diagnosed",
        "cancer",
        "cancers",
        "carcinoma",
        "carcinomas",
        "neoplasm",
        "neoplasms",
    ]
)
_SAME = {
    "nsclc": "non small cell lung",
    "sclc": "small cell lung",
    "hcc": "hepatocellular",
    "aml": "myeloid leukemia",
    "cll": "lymphocytic leukemia",
    "cml": "myeloid leukemia",
    "copd": "obstructive pulmonary",
    "leukaemia": "leukemia",
    "oesophageal": "esophageal",
    "haemorrhage": "hemorrhage",
    "diabetes": "diabetes",
    "mellitus": "",
}
#: Groups that CTML has for cancers.
_SOLID, _LIQUID = "_SOLID_", "_LIQUID_"


def compare_diagnoses(own: str, asked: str) -> Answer:
    """Say whether a patient's diagnoses are what is asked for.

    Parameters
    ----------
    own
        Diagnoses of the patient, parted by ``;``. Blank: nothing is known.
    asked
        One diagnosis, or ``_SOLID_`` or ``_LIQUID_`` for cancers of a kind.

    Examples
    --------
    >>> compare_diagnoses("Non-small cell lung cancer, stage IV", "NSCLC")
    True
    >>> compare_diagnoses("Breast cancer", "Lung cancer")
    False
    >>> compare_diagnoses("Asthma", "Cough") is None
    True
    >>> compare_diagnoses("", "Asthma") is None
    True
    """
    if not own.strip():
        return None
    parts = [part for part in own.split(";") if part.strip()]
    if asked in (_SOLID, _LIQUID):
        return _compare_kind(parts, asked)
    wanted = _words(asked)
    if not wanted:
        return True if _CANCER.search(own) and _CANCER.search(asked) else None
    if any(wanted <= _words(part) for part in parts):
        return True
    sites = _sites(asked) if _CANCER.search(asked) or _is_organ(wanted) else frozenset()
    own_sites = _sites_of_cancers(parts)
    if sites and own_sites and not sites & own_sites:
        return False
    return None


def _compare_kind(parts: list[str], asked: str) -> Answer:
    """Say whether a patient has a cancer of a kind; whoever has both has either."""
    sites = _sites_of_cancers(parts)
    if not sites:
        return None
    return "blood" in sites if asked == _LIQUID else bool(sites - {"blood"})


def _sites_of_cancers(parts: list[str]) -> frozenset[str]:
    """Return the organs of cancers: bronchitis is none of the lung."""
    return frozenset().union(*(_sites(part) for part in parts if _CANCER.search(part)))


def _is_organ(wanted: frozenset[str]) -> bool:
    """Say whether words are an organ alone, by which registers name its cancers."""
    organs = frozenset().union(*(_words(words) for words in _SITES.values()))
    return len(wanted) == 1 and wanted <= organs


@lru_cache(maxsize=65536)
def _words(text: str) -> frozenset[str]:
    found = []
    for word in re.findall(r"[a-z0-9]+", text.lower()):
        found += _SAME.get(word, word).split()
    singular = (
        word[:-1] if len(word) > 4 and word.endswith("s") else word for word in found
    )
    return frozenset(word for word in singular if word not in _EMPTY)


@lru_cache(maxsize=65536)
def _sites(text: str) -> frozenset[str]:
    lower = text.lower()
    return frozenset(
        site
        for site, words in _SITES.items()
        if any(re.search(rf"\b{word}", lower) for word in words.split())
    )
