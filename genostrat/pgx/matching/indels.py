"""What the alleles of a record spell at a defined position.

There is no reference genome at hand: bases are known from the definitions and from
the REF columns of the records themselves, and what they do not decide stays open.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from genostrat.pgx.definitions import Position

#: The record's allele says nothing of the position.
SILENT = -9
#: A sequence that no definition names.
OTHER = -2
#: An indel so far from a defined one, of the same length change, may be the same one
#: in a repeat: callers disagree on where in a repeat an indel stands.
NEAR = 30

_UNCHANGED_OR_ANY = frozenset({"<NON_REF>", "<*>", "<X>"})


@dataclass(frozen=True)
class Reading:
    """What a record says of a position.

    Parameters
    ----------
    numbers
        For each allele of the record, REF first: the position's allele number,
        :data:`OTHER` or :data:`SILENT`.
    labels
        For each allele of the record, how a reader would know it.
    is_mismatch
        Whether REF contradicts the definition's bases.
    """

    numbers: tuple[int, ...] = ()
    labels: tuple[str, ...] = ()
    is_mismatch: bool = False

    @property
    def says_reference(self) -> bool:
        """Whether a call of REF means the build's sequence at the position."""
        return bool(self.numbers) and self.numbers[0] == 0

    @property
    def is_silent(self) -> bool:
        """Whether no allele says anything."""
        return all(number == SILENT for number in self.numbers)


class KnownBases:
    """Bases of the build, as far as definitions and records tell them."""

    def __init__(self) -> None:
        self._bases: dict[tuple[str, int], str] = {}

    def add(self, contig: str, start: int, bases: str) -> None:
        """Learn a stretch; what is known already stays."""
        for offset, base in enumerate(bases):
            self._bases.setdefault((contig, start + offset), base)

    def read(self, contig: str, start: int, end: int) -> str | None:
        """Return the bases from `start` to `end`, both included, if all are known."""
        bases = [self._bases.get((contig, place)) for place in range(start, end + 1)]
        return None if None in bases else "".join(map(str, bases))


def trim_alleles(ref: str, alt: str) -> tuple[int, str, str]:
    """Cut what both alleles share, at the end first, so that indels stand leftmost.

    Returns
    -------
    tuple
        How many bases were cut in front, and what is left of both.
    """
    tail = 0
    while tail < min(len(ref), len(alt)) and ref[-1 - tail] == alt[-1 - tail]:
        tail += 1
    ref, alt = ref[: len(ref) - tail], alt[: len(alt) - tail]
    head = 0
    while head < min(len(ref), len(alt)) and ref[head] == alt[head]:
        head += 1
    return head, ref[head:], alt[head:]


def read_record(
    position: Position,
    start: int,
    end: int,
    ref: str,
    alts: Iterable[str],
    *,
    known: KnownBases,
) -> Reading:
    """Say what each allele of a record is at a position, by content.

    Parameters
    ----------
    position
        On the record's contig.
    start, end
        First and last reference base that the record speaks of.
    ref, alts
        As in the record; no alternate alleles where ALT is a dot.
    known
        Bases of the build.

    Notes
    -----
    Two alleles are the same where the sequences that they spell over a common
    stretch of known bases are the same, wherever in a repeat either is written. A
    record that changes other bases only is silent: that a deletion was not found does
    not tell which base stands there.
    """
    alts = tuple(alts)
    if _contradicts(position, start, ref):
        return Reading(is_mismatch=True)
    if all(len(sequence) == 1 for sequence in position.sequences):
        return _read_base(position, start, end, ref, alts)
    return _read_sequence(position, start, end, ref, alts, known=known)


def _contradicts(position: Position, start: int, ref: str) -> bool:
    first = max(start, position.position)
    last = min(start + len(ref), position.position + len(position.ref))
    if first >= last:
        return False
    mine = ref[first - start : last - start]
    theirs = position.ref[first - position.position : last - position.position]
    return any(
        a != b and a != "N" and b != "N" for a, b in zip(mine, theirs, strict=True)
    )


def _label(start: int, ref: str, alt: str) -> str:
    def short(text: str) -> str:
        return text if len(text) <= 20 else f"{text[:17]}..."

    return f"{start} {short(ref)}>{short(alt)}"


def _finish(
    numbers: list[int], start: int, ref: str, alts: tuple[str, ...], *, speaks: bool
) -> Reading:
    """Put REF in front: it means the build's sequence only where a record speaks."""
    if not speaks:
        numbers = [OTHER if number == OTHER else SILENT for number in numbers]
    labels = ("", *(_label(start, ref, alt) for alt in alts))
    return Reading((0 if speaks else SILENT, *numbers), labels)


def _read_base(
    position: Position, start: int, end: int, ref: str, alts: tuple[str, ...]
) -> Reading:
    """Read a position where all sequences are single bases."""
    offset = position.position - start
    if offset < 0 or position.position > end:
        return _finish([SILENT] * len(alts), start, ref, alts, speaks=False)
    numbers: list[int] = []
    speaks = not alts
    for alt in alts:
        if alt in _UNCHANGED_OR_ANY or alt == "*":
            number, changes = OTHER, True
        elif alt.startswith("<DEL"):
            number, changes = (OTHER if offset else 0), False
        elif not alt.isalpha() or offset >= len(ref):
            number, changes = SILENT, False
        elif len(alt) == len(ref):
            # Bases that are exchanged together are all told, changed or not.
            number, changes = _number(position, alt[offset]), True
        else:
            head, lost, _ = trim_alleles(ref, alt)
            number = OTHER if head <= offset < head + len(lost) else 0
            changes = False
        numbers.append(number)
        speaks = speaks or changes
    return _finish(numbers, start, ref, alts, speaks=speaks)


def _number(position: Position, sequence: str) -> int:
    try:
        return position.sequences.index(sequence)
    except ValueError:
        return OTHER


def _read_sequence(
    position: Position,
    start: int,
    end: int,
    ref: str,
    alts: tuple[str, ...],
    *,
    known: KnownBases,
) -> Reading:
    """Read a position where some sequence is longer than a base."""
    last = position.position + len(position.ref) - 1
    covers = start <= position.position and end >= last
    numbers: list[int] = []
    speaks = covers and not alts
    for alt in alts:
        if alt in _UNCHANGED_OR_ANY or (alt == "*" and start == position.position):
            number, changes = (OTHER, True) if covers else (SILENT, False)
        elif alt.startswith("<DEL"):
            overlaps = start < last and end > position.position
            number, changes = (OTHER if overlaps else SILENT), False
        elif not alt.isalpha():
            number, changes = SILENT, False
        else:
            number, changes = _compare(position, start, ref, alt, known=known)
        numbers.append(number)
        speaks = speaks or changes
    return _finish(numbers, start, ref, alts, speaks=speaks)


def _compare(
    position: Position, start: int, ref: str, alt: str, *, known: KnownBases
) -> tuple[int, bool]:
    """Return an alternate allele's number, and whether it is of this very place."""
    first, last = position.position, position.position + len(position.ref) - 1
    before, after = min(start, first), max(start + len(ref) - 1, last)
    for number, parts in position.synonyms:
        if parts == ((start, ref, alt),):
            return number, True
    head, lost, gained = trim_alleles(ref, alt)
    place = start + head
    stretch = known.read(position.contig, before, after)
    if stretch is not None:
        spelled = stretch[: start - before] + alt + stretch[start + len(ref) - before :]
        for number, sequence in enumerate(position.sequences[1:], start=1):
            defined = (
                stretch[: first - before] + sequence + stretch[last + 1 - before :]
            )
            if defined == spelled:
                return number, True
    change = len(gained) - len(lost)
    if change == 0:
        # A substitution inside is another variant, and says nothing of the indel.
        return SILENT, False
    # An insertion stands between the base before `place` and `place` itself.
    touches = place <= last and place + len(lost) > first
    if not lost:
        touches = first < place <= last + 1
    if touches:
        return OTHER, _places(position, place)
    is_alike = any(
        len(sequence) - len(position.ref) == change for sequence in position.alts
    )
    is_near = place - last <= NEAR and first - (place + len(lost)) <= NEAR
    if stretch is None and is_alike and is_near:
        return OTHER, False
    return SILENT, False


def _places(position: Position, place: int) -> bool:
    """Say whether some defined sequence changes the build from `place` on."""
    return any(
        position.position + trim_alleles(position.ref, alt)[0] == place
        for alt in position.alts
    )
