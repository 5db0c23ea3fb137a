"""The sequence of a genome, read in any order."""

import numpy as np
import pysam

from genostrat.genome import sequence
from genostrat.genome.sequence import Genome


def test_stretches_are_the_same_in_any_order(tmp_path, monkeypatch):
    rng = np.random.default_rng(2)
    text = "".join(rng.choice(list("ACGT"), 16569))
    path = tmp_path / "g.fa"
    path.write_text(f">MT\n{text}\n")
    pysam.faidx(str(path))
    monkeypatch.setattr(sequence, "WINDOW_BASES", 40)
    with Genome(path, build="GRCh38") as genome:
        for order in (1, -1):
            places = list(range(1, 16000, 13))[::order]
            lengths = [1 + n % 60 for n in range(len(places))]
            found = genome.read("MT", places, lengths)
            assert found == [
                text[p - 1 : p - 1 + n] for p, n in zip(places, lengths, strict=True)
            ]
        assert genome.read("MT", [16569, 16570], [5, 5]) == [text[-1], ""]
        assert genome.read("1", [1], [1]) == [""]
