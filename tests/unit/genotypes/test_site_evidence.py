"""How many reads, and what quality, calls at wanted sites have, whoever wrote them."""

import numpy as np
import pytest
from site_files import HEADER, read, text_of
from vcf_routes import ROUTES, write_route

from genostrat.genotypes.kernels.site_evidence import MOST, NOT_GIVEN
from genostrat.genotypes.site_records import read_site_records, write_site_records

SITES = {"1": [(1000, 1700)]}
NAMES = ["a", "b", "c"]
KEYS = ["DP", "GQ", "AD", "MIN_DP", "RGQ", "PL"]
FIELDS = [
    f'##FORMAT=<ID={key},Number={number},Type=Integer,Description="x">'
    for key, number in zip(KEYS, ["1", "1", "R", "1", "1", "G"], strict=True)
    if key != "DP"
]
NONE = NOT_GIVEN
#: FORMAT, the calls, and depth and quality of each.
LINES = [
    ("GT", ["0/0", "0/1", "./."], [NONE] * 3, [NONE] * 3),
    ("GT:DP:GQ", ["0/0:30:99", "0/1:0:0", "./.:.:."], [30, 0, NONE], [99, 0, NONE]),
    ("GT:DP:GQ", ["0/0:30", "0/1", "0/0:.:7"], [30, NONE, NONE], [NONE, NONE, 7]),
    ("GT:GQ:DP", ["0/0:300:4000", "0/1:9:254", "0/0:0:255"], [MOST, 254, MOST], 0),
    ("GT:AD", ["0/0:12,3", "0/1:.,4", "0/0:.,."], [15, 4, NONE], [NONE] * 3),
    ("GT:AD:DP", ["0/0:12,3:20", "0/1:1,2:.", "0/0:0,0:0"], [20, 3, 0], [NONE] * 3),
    ("GT:DP:MIN_DP", ["0/0:30:2", "0/0:30:.", "0/0:.:0"], [2, 30, 0], [NONE] * 3),
    ("GT:DP:RGQ", ["0/0:3:8", "0/0:3:.", "0/0:3"], [3] * 3, [8, NONE, NONE]),
    ("GT:RGQ:GQ", ["0/0:8:9", "0/0:8:.", "0/0:.:9"], [NONE] * 3, [9, 8, 9]),
]
QUALITY_OF_CUT = [MOST, 9, 0]


def write(route, folder):
    records = [
        f"1 {1000 + 10 * number} . A C 50 PASS . {keys} {' '.join(calls)}"
        for number, (keys, calls, _, _) in enumerate(LINES)
    ]
    text = text_of(records, names=NAMES, contigs=("1",)).decode()
    head = "\n".join(HEADER)
    return write_route(
        route, text.replace(head, f"{head}\n" + "\n".join(FIELDS)).encode(), folder
    )


@pytest.mark.parametrize("route", ROUTES)
def test_depth_and_quality_are_those_of_the_file(tmp_path, route):
    path = write(route, tmp_path)
    records = read([path], tmp_path / "out", sites=SITES).site_records
    wanted = [(depth, quality or QUALITY_OF_CUT) for *_, depth, quality in LINES]
    assert [
        (records.depth[n].tolist(), records.quality[n].tolist())
        for n in range(len(records))
    ] == wanted


def test_they_are_kept_with_the_records_where_there_are_any(tmp_path):
    whole = read([write("plain", tmp_path)], tmp_path / "out", sites=SITES).site_records
    for name, rows in (("some", np.arange(len(whole))), ("none", np.array([0]))):
        records = whole.take(rows)
        write_site_records(tmp_path / f"{name}.npz", records)
        again = read_site_records(tmp_path / f"{name}.npz")
        assert np.array_equal(again.depth, records.depth)
        assert np.array_equal(again.quality, records.quality)
    with np.load(tmp_path / "none.npz") as arrays:
        assert not {"depth", "quality"} & set(arrays)
