"""Names of medicines as people write them: cleaned, and taken apart.

“Simvastatin 40 mg tablets, one at night” is simvastatin. Words that say how much, how
often and in what form are taken away; every other word has to be part of a known name,
so that “allergic to codeine” never becomes a patient on codeine.
"""

from __future__ import annotations

import re
import unicodedata

from genostrat.privacy import FORMULA_STARTS

#: Longer names than this are cut for reading, and further for showing.
_MAX_READ = 400
MAX_SHOWN = 80

_UNIT = (
    r"(?:mg|mcg|ug|μg|micrograms?|milligrams?|grams?|g|kg|ml|l|%|iu|units?|mmol|mu"
    r"|m2|doses?|hours?|hrs?|h|days?|weeks?|tablets?|capsules?)"
)
_AMOUNT = re.compile(
    rf"\b\d[\d.,]*(?:\s*(?:-|–|to)\s*\d[\d.,]*)?\s*{_UNIT}(?![a-z])"
    rf"(?:\s*/\s*(?:\d[\d.,]*\s*)?{_UNIT}(?![a-z]))*"
)
_TIMES = re.compile(r"\b\d+(?:[-+]\d+){2,}\b|\b[x×]\s*\d+\b|\b\d+\s*[x×]\b|\b1/7\b")
_RELEASE = re.compile(r"\b(?:m/r|s/r|e/c|g/r|x/l|p/r|i/v)\b")
_NUMBER = re.compile(r"(?<![\w-])\d[\d.,]*(?:\s*/\s*\d[\d.,]*)*(?![\w-])")
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_JOINTS = re.compile(r"\s*(?:[/+,&]|\band\b|\bwith\b|\bplus\b)\s*")
_WORD = re.compile(r"[^\s,]+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FORM_AND_USE = _words(
    """
    tablet tablets tab tabs capsule capsules cap caps caplet caplets pill pills
    oral orally solution suspension liquid syrup elixir linctus drops sachet sachets
    granules powder injection injectable inj infusion vial ampoule ampoules pen
    patch patches suppository suppositories lozenge lozenges film-coated coated
    dispersible orodispersible effervescent soluble chewable scored gastro-resistant
    gastroresistant enteric-coated modified-release prolonged-release slow-release
    sustained-release extended-release immediate-release delayed-release release
    modified prolonged slow sustained extended immediate delayed mr sr xl er cr ec la pr
    ir dr odt iv im sc po pv sl
    once twice thrice daily day od bd bid tds tid qds qid om on nocte mane prn stat
    hourly weekly week monthly month every each per at night bedtime morning evening
    noon when required needed as directed take one two three half a the by mouth for
    with food before after meals dose doses strength low high inhaler inhaled nebules
    nebuliser nebulizer ear
    """
)
#: Forms that act where they are applied: guidance is for use in the whole body.
_LOCAL = _words(
    """
    cream ointment gel lotion shampoo eye ophthalmic topical topically nasal mouthwash
    """
)
_SALTS = _words(
    """
    hydrochloride hcl sodium potassium calcium magnesium phosphate sulfate sulphate
    maleate mesylate mesilate besylate besilate tartrate bitartrate citrate succinate
    fumarate acetate hydrobromide bromide chloride bisulfate bisulphate oxalate
    monohydrate dihydrate trihydrate hemihydrate anhydrous
    """
)
_NOT_TAKEN = _words(
    """
    allergic allergy avoid avoided awaiting ceased completed declined discontinued
    finished former formerly held history hold intolerance intolerant never no not
    past planned previous previously reaction refused stop stopped suspended
    unable until withheld
    """
)
_NOTHING = frozenset({"", "-", "--", "none", "nil", "no", "nothing", "nka", "nkda"})
_NO_MEDICINES = re.compile(r"(?:no|nil|none)(?: (?:regular|current|known))? ?\w*")


def clean_name(text: str) -> str:
    """Make a name from a sheet harmless, in at most 400 characters.

    Control characters and angle brackets become spaces, and first characters that a
    spreadsheet would take for a formula go.
    """
    text = re.sub("[®™©]", " ", text[:_MAX_READ])
    text = unicodedata.normalize("NFKC", text)[:_MAX_READ]
    shown = "".join(c if c.isprintable() and c not in "<>" else " " for c in text)
    return " ".join(shown.split()).lstrip("".join(FORMULA_STARTS) + " '\"")


def cut_name(name: str) -> str:
    """Cut a name to the 80 characters that are shown."""
    return name if len(name) <= MAX_SHOWN else name[: MAX_SHOWN - 1] + "…"


def says_nothing(text: str) -> bool:
    """Say whether an entry only says that there is no medicine."""
    words = " ".join(text.casefold().split()).strip(" .")
    if words in _NOTHING:
        return True
    return bool(_NO_MEDICINES.fullmatch(words)) and words.split()[-1] in {
        "medication",
        "medications",
        "medicine",
        "medicines",
        "meds",
        "drugs",
    }


def is_qualified(text: str) -> bool:
    """Say whether an entry says that the medicine is not, or no longer, taken."""
    return bool(set(re.findall(r"[a-z]+", text.casefold())) & _NOT_TAKEN)


def is_local(text: str) -> bool:
    """Say whether the form acts only where it is applied (a cream, eye drops).

    Ear drops do not count: aminoglycosides harm hearing there as well.
    """
    words = set(re.findall(r"[a-z]+", text.casefold()))
    return bool(words & _LOCAL) and "ear" not in words


def spellings_of(text: str) -> list[str]:
    """Return what may be the medicine's name, from the text as it is to its core.

    Numbers and salts go last, because some names hold them (5-FU, potassium chloride).
    """
    whole = " ".join(re.sub(r"[*\"]", " ", text.casefold()).split())
    bare = _drop_words(_without_amounts(whole), _FORM_AND_USE | _LOCAL)
    core = _drop_words(_NUMBER.sub(" ", bare), frozenset())
    return list(dict.fromkeys([whole, bare, core, _drop_words(core, _SALTS)]))


def parts_in_brackets(text: str) -> tuple[str, list[str]]:
    """Return a name without what stands in brackets, and what stood there."""
    inside = [a or b for a, b in _BRACKETS.findall(text)]
    return _BRACKETS.sub(" ", text), inside


def components_of(text: str) -> list[str]:
    """Return the parts of a name that joins several (“codeine/paracetamol”)."""
    bare = _without_amounts(text.casefold())
    return [part for part in _JOINTS.split(bare) if part.strip(" .-")]


def key_of(name: str) -> str:
    """Return a name without what spellings differ in: spaces, hyphens, dots."""
    return re.sub(r"[\s.\-–'’]+", "", name.casefold())


def _without_amounts(text: str) -> str:
    return _TIMES.sub(" ", _AMOUNT.sub(" ", _RELEASE.sub(" ", text)))


def _drop_words(text: str, words: frozenset[str]) -> str:
    kept = [w for w in _WORD.findall(text) if w.strip(".:()") not in words]
    return " ".join(kept).strip(" -/.,:+")
