"""A model from elsewhere: nothing of it is believed before it is looked at."""

import io
import json
import os
import zipfile
import zlib

import numpy as np
import pytest
from model_cases import resign, small_model

from genostrat.errors import GenostratError
from genostrat.strata.model import files as model_files
from genostrat.strata.model.frozen import load_model, save_model
from genostrat.tables import read_arrays


@pytest.fixture
def folder(tmp_path):
    save_model(tmp_path / "m", small_model())
    return tmp_path / "m"


def refused(folder):
    with pytest.raises(GenostratError) as caught:
        load_model(folder)
    return str(caught.value)


def test_a_model_survives_its_files_and_being_saved_again(folder, tmp_path):
    model = load_model(folder)
    save_model(tmp_path / "again", model)
    for name in ("model.json", "arrays.npz"):
        assert (folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
    assert model.record["checksum"]


def spoil_json(change):
    def spoil(folder):
        path = folder / "model.json"
        record = json.loads(path.read_text())
        change(record)
        path.write_text(json.dumps(record))
        resign(folder)

    return spoil


def spoil_arrays(change):
    def spoil(folder):
        arrays = read_arrays(folder / "arrays.npz")
        change(arrays)
        np.savez(folder / "arrays.npz", **arrays)
        resign(folder)

    return spoil


def put(name, value):
    return spoil_arrays(lambda arrays: arrays.update({name: value(arrays[name])}))


def set_item(name, index, value):
    def change(array):
        array = array.copy()
        array[index] = value
        return array

    return put(name, change)


def write_archive(folder, *, compression=zipfile.ZIP_STORED, **payloads):
    with zipfile.ZipFile(folder / "arrays.npz", "w", compression) as archive:
        for name, payload in payloads.items():
            archive.writestr(f"{name}.npy", payload)
    resign(folder)


def pickled(folder):
    payload = io.BytesIO()
    np.save(payload, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    write_archive(folder, centre=payload.getvalue())


def bomb(folder):
    payload = io.BytesIO()
    np.save(payload, np.zeros(10_000_000))
    write_archive(folder, compression=zipfile.ZIP_DEFLATED, centre=payload.getvalue())
    assert (folder / "arrays.npz").stat().st_size < 200_000


def liar(folder):
    payload = io.BytesIO()
    np.save(payload, np.zeros(3))
    text = payload.getvalue().replace(b"(3,), }        ", b"(300000000,), }")
    write_archive(folder, centre=text)


def truncate(name, share):
    def spoil(folder):
        path = folder / name
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])
        if name == "arrays.npz":
            resign(folder)

    return spoil


def nan_literal(folder):
    path = folder / "model.json"
    path.write_text(path.read_text().replace('"seed": 1', '"seed": NaN'))


def fifo(folder):
    (folder / "arrays.npz").unlink()
    os.mkfifo(folder / "arrays.npz")


def deep(folder):
    (folder / "model.json").write_text("[" * 200_000)


BAD = {
    "no folder": (lambda f: [p.unlink() for p in f.iterdir()], "there is no model"),
    "truncated record": (truncate("model.json", 0.5), "this is no model"),
    "empty record": (truncate("model.json", 0), "this is no model"),
    "nested record": (deep, "this is no model"),
    "a list": (
        lambda f: (f / "model.json").write_text("[1]"),
        "not a model of this version",
    ),
    "bytes": (lambda f: (f / "model.json").write_bytes(b"\xff\xfe\x00"), "this is no"),
    "NaN in the record": (nan_literal, "NaN is no number"),
    "older version": (
        spoil_json(lambda r: r.update(schema="genostrat strata model 1")),
        "not a model of this version",
    ),
    "edited, not signed": (
        lambda f: (f / "model.json").write_text(
            (f / "model.json").read_text().replace('"supported"', '"none"')
        ),
        "changed after it was written",
    ),
    "no strata left": (spoil_json(lambda r: r.update(verdict="none")), "no strata"),
    "no adjustment": (
        spoil_json(lambda r: r.pop("adjustment")),
        "the key adjustment is missing",
    ),
    "strata of another kind": (
        spoil_json(lambda r: r.update(strata=[1, 2])),
        "strata[0] has a value that is not allowed",
    ),
    "unknown build": (
        spoil_json(lambda r: r.update(build="hg18")),
        "build has a value",
    ),
    "fewer sizes": (
        spoil_json(lambda r: r["sizes"].pop()),
        "not equally many",
    ),
    "more features": (
        spoil_json(lambda r: r["adjustment"]["features"].append("a:b")),
        "features and layers are not equally many",
    ),
    "features twice": (
        spoil_json(
            lambda r: r["adjustment"]["features"].__setitem__(
                0, r["adjustment"]["features"][1]
            )
        ),
        "features has a value",
    ),
    "unknown transform": (
        spoil_json(lambda r: r["adjustment"]["transforms"].update(rna="exp")),
        "none or log2 or counts or m_values or rank",
    ),
    "category without levels": (
        spoil_json(lambda r: r["adjustment"]["covariates"][-1].update(levels=[])),
        "a covariate has no levels",
    ),
    "truncated arrays": (truncate("arrays.npz", 0.5), "cannot be read"),
    "a fifo": (fifo, "there is no model"),
    "pickle": (pickled, "not numbers or text"),
    "zip bomb": (bomb, "compressed or encrypted"),
    "a header that lies": (liar, "not as long as its header says"),
    "no array": (lambda f: write_archive(f), "'loadings' is not there"),
    "a further array": (
        spoil_arrays(lambda a: a.update(patients=np.zeros(90))),
        "'patients' belongs to no model",
    ),
    "transposed loadings": (put("loadings", lambda a: a.T), "has another shape"),
    "flat centroids": (put("centroids", np.ravel), "has another shape"),
    "fewer scales": (put("adjustment_scale", lambda a: a[:-1]), "another shape"),
    "NaN": (set_item("centroids", (0, 0), np.nan), "centroids holds values that"),
    "infinite": (set_item("adjustment_middles", 0, np.inf), "not finite"),
    "text": (put("centre", lambda a: a.astype(str)), "centre holds"),
    "scale of 0": (set_item("adjustment_scale", 0, 0), "scale is not above 0"),
    "weights of 0": (put("weights", np.zeros_like), "weights are below 0"),
    "a ceiling above 1": (set_item("ceilings", 0, 1.5), "ceiling of confidence"),
    "negative limit": (set_item("limits", 0, -1), "limit of distance"),
    "negative precision": (put("precision", np.negative), "no precision"),
    "skew precision": (set_item("precision", (0, 1), 9), "no precision"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_a_model_is_refused_in_words(folder, case):
    spoil, expected = BAD[case]
    spoil(folder)
    message = refused(folder)
    assert expected in message
    assert "Traceback" not in message


@pytest.mark.parametrize(
    ("limit", "name"),
    [("MAX_RECORD_BYTES", "model.json"), ("MAX_ARRAYS_BYTES", "arrays.npz")],
)
def test_a_file_that_is_too_large_is_not_read(folder, monkeypatch, limit, name):
    monkeypatch.setattr(model_files, limit, 100)
    assert "too large" in refused(folder)
    assert name in refused(folder)


def test_a_link_to_a_model_is_as_good_as_the_model(folder, tmp_path):
    (tmp_path / "link").symlink_to(folder)
    assert load_model(tmp_path / "link").strata == load_model(folder).strata
    (tmp_path / "endless").mkdir()
    (tmp_path / "endless/model.json").symlink_to("/dev/zero")
    assert "there is no model" in refused(tmp_path / "endless")


def test_random_damage_never_gets_through(folder):
    rng = np.random.default_rng(0)
    whole = {p.name: p.read_bytes() for p in folder.iterdir()}
    for trial in range(60):
        name = ["model.json", "arrays.npz"][trial % 2]
        content = bytearray(whole[name])
        for at in rng.integers(0, len(content), 3):
            content[at] ^= int(rng.integers(1, 256))
        (folder / name).write_bytes(content)
        if zlib.crc32(content) != zlib.crc32(whole[name]):
            refused(folder)
        (folder / name).write_bytes(whole[name])
    load_model(folder)


def test_random_damage_to_signed_arrays_is_refused_or_harmless(folder):
    rng = np.random.default_rng(1)
    whole = (folder / "arrays.npz").read_bytes()
    for _ in range(150):
        content = bytearray(whole)
        for at in rng.integers(0, len(content), 2):
            content[at] ^= int(rng.integers(1, 256))
        (folder / "arrays.npz").write_bytes(content)
        resign(folder)
        try:
            model = load_model(folder)
        except GenostratError:
            continue
        assert np.isfinite(model.loadings).all()
