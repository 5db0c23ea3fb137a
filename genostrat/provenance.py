"""What code, with what inputs and settings, made a result."""

from __future__ import annotations

import ast
import hashlib
import platform
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from genostrat.catalogues.knowledge_sources import find_definitions, find_guidance

PACKAGE = Path(__file__).parent

#: Kind of fileset, to the suffixes of its genotypes, variants and samples.
FILESET_SUFFIXES = {
    "plink": ((".bed",), (".bim",), (".fam",)),
    "pgen": ((".pgen",), (".pvar", ".pvar.zst"), (".psam",)),
}
#: Suffixes of a FASTA file that is packed, and so has an index of its blocks.
PACKED_FASTA = (".gz", ".bgz")
#: PLINK's text files, which nothing here reads.
TEXT_FILESET = (".ped", ".map", ".tped", ".tfam")
#: The keys of a cohort's `genotypes` that name files; it has exactly one of them.
GENOTYPE_SOURCES = ("vcf", *FILESET_SUFFIXES)

#: Distributions whose version can change a number in a result.
LIBRARIES = (
    "isal",
    "matplotlib",
    "numba",
    "numpy",
    "pandas",
    "pgenlib",
    "pyarrow",
    "pysam",
    "scikit-allel",
    "scikit-learn",
    "scipy",
    "snakemake",
)


def script_digest(script: str | Path) -> str:
    """Digest a rule's script and everything in the package that it imports.

    Snakemake does not see edits of imported modules. A rule that carries this digest
    as a parameter re-runs when, and only when, code it depends on was edited. What
    that is comes from the imports alone, so no list of modules can fall behind.

    Parameters
    ----------
    script
        Path of the script.

    Returns
    -------
    str
        The first 16 hexadecimal digits of a SHA-256.

    Notes
    -----
    Templates count like the code that names their folder. Tables in ``resources/`` are
    inputs of the rules that read them.

    Two kinds of import are not followed, since they change no result: those for type
    checkers alone, and modules imported by name at run time. The registry loads its
    stages so, and rewording the description of a column must not re-run a cohort.
    """
    return _digest(_closure(frozenset([Path(script)])), roots=[Path(script)])


def module_digest(module: str) -> str:
    """Digest a library module and everything in the package that it imports.

    Parameters
    ----------
    module
        Its name below the package, e.g. ``"qc.sex"``.

    Raises
    ------
    ModuleNotFoundError
        If it is not a module of the package.
    """
    return _digest(_closure(frozenset([_module_path(module)])))


def code_files(script: str | Path) -> list[Path]:
    """Return the files of the package that a script imports, directly or not."""
    return sorted(_closure(frozenset([Path(script)])) - {Path(script)})


def _digest(files: frozenset[Path], *, roots: Iterable[Path] = ()) -> str:
    digest = hashlib.sha256()
    outside = set(roots)
    for path in sorted(files):
        # Where the checkout lies must not matter.
        is_outside = path in outside or not path.is_relative_to(PACKAGE)
        name = path.name if is_outside else str(path.relative_to(PACKAGE))
        digest.update(name.encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


@cache
def _closure(roots: frozenset[Path]) -> frozenset[Path]:
    seen: set[Path] = set()
    waiting = list(roots)
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            if path.suffix == ".py":
                waiting += [*_imports_of(path), *_shipped_with(path)]
    return frozenset(seen)


def _module_path(name: str) -> Path:
    base = PACKAGE.joinpath(*name.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path
    raise ModuleNotFoundError(f"{PACKAGE.name}.{name} is not a module of the package")


@cache
def _imports_of(path: Path) -> tuple[Path, ...]:
    found = set()
    for name in _imported_names(ast.parse(path.read_bytes())):
        head, _, rest = name.partition(".")
        if head != PACKAGE.name or not rest:
            continue
        try:
            found.add(_module_path(rest))
        except ModuleNotFoundError:
            continue
    return tuple(sorted(found))


@cache
def _shipped_with(path: Path) -> tuple[Path, ...]:
    """Return files of the package, other than code, in folders that a module names."""
    texts = {
        node.value
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    found = (
        file
        for file in _shipped(PACKAGE)
        if file.parent.name in texts and file.parent.parent in path.parents
    )
    return tuple(sorted(found))


@cache
def _shipped(package: Path) -> tuple[Path, ...]:
    """Return the files of the package that are no code, such as templates."""
    return tuple(
        path
        for path in package.rglob("*.*")
        if path.suffix in (".css", ".html", ".js") and path.is_file()
    )


def _imported_names(tree: ast.AST) -> Iterator[str]:
    """Yield the dotted names that code imports when it runs, in functions too."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            # `from package.stage import name`: the name may itself be a module.
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.If) and _is_for_type_checkers(node.test):
            for other in node.orelse:
                yield from _imported_names(other)
        else:
            yield from _imported_names(node)


def _is_for_type_checkers(test: ast.expr) -> bool:
    return "TYPE_CHECKING" in (getattr(test, "id", ""), getattr(test, "attr", ""))


def file_digest(path: str | Path) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest_listing(paths: Iterable[Path]) -> str:
    """Return a digest of the names, sizes and times of files that are there."""
    lines = []
    for path in paths:
        about = path.stat()
        lines.append(f"{path}\t{about.st_size}\t{about.st_mtime_ns}\n")
    return hashlib.sha256("".join(lines).encode()).hexdigest()[:16]


def environment() -> dict[str, object]:
    """Describe the interpreter and the libraries that can change a number."""
    return {
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "libraries": {name: _version_of(name) for name in LIBRARIES},
    }


def describe_environment() -> str:
    """Return what :func:`environment` does as one line."""
    about = environment()
    libraries: Any = about["libraries"]
    return ", ".join(
        [
            f"python {about['python']}",
            str(about["platform"]),
            *(f"{name} {version}" for name, version in libraries.items()),
        ]
    )


def _version_of(name: str) -> str:
    """Return the version of a distribution.

    It stands in the name of the folder that describes it; reading what is in there,
    as the standard library does, would take every job a twentieth of a second.
    """
    return _versions().get(name) or metadata.version(name)


@cache
def _versions() -> dict[str, str]:
    found: dict[str, str] = {}
    for folder in map(Path, sys.path):
        for path in folder.glob("*.dist-info") if folder.is_dir() else ():
            name, _, version = path.stem.rpartition("-")
            # What comes first on the path is what is imported.
            found.setdefault(re.sub(r"[-_.]+", "-", name).lower(), version)
    return found


def input_files(cohort: dict[str, Any]) -> list[str]:
    """Return every file that a cohort's config names, whatever it is for."""
    return [
        *own_files(cohort),
        *panel_files(cohort),
        *sequence_files(cohort),
        *later_files(cohort),
        *gene_files(cohort),
        *knowledge_files(cohort),
        *guidance_files(cohort),
    ]


def later_files(cohort: dict[str, Any]) -> list[str]:
    """Return the files that only later stages use: scores, and other tools' calls."""
    calls = [calls["path"] for calls in cohort.get("outside_calls", [])]
    altered = [cohort["alterations"]] if cohort.get("alterations") else []
    return [*cohort.get("scores", []), *calls, *altered]


def gene_files(cohort: dict[str, Any]) -> list[str]:
    """Return the files that say what genes are: gene sets, and the gene map in use."""
    return [*cohort.get("gene_sets", []), *gene_map_files(cohort)]


def gene_map_files(cohort: dict[str, Any]) -> list[str]:
    """Return the gene map that burden is counted by, if it is; else none."""
    burden = cohort.get("profile", {}).get("burden", {})
    counted = burden.get("enabled") and cohort.get("genotypes") is not None
    return [burden["gene_map"]] if counted and burden["gene_map"] else []


def knowledge_files(cohort: dict[str, Any]) -> list[str]:
    """Return the files of a directory that is the knowledge base of pharmacogenes.

    None for the tables of a package, which the locked environment pins. The pattern of
    definitions is named where no file has it, so that it is missed.
    """
    value = cohort.get("pgx", {}).get("knowledge")
    if not value or cohort.get("genotypes") is None:
        return []
    _, origin = find_definitions(value)
    return [str(path) for path in origin.name_files(value)]


def guidance_files(cohort: dict[str, Any]) -> list[str]:
    """Return the files of guidance that a user points to.

    Where a path has none, the file that is missed is named.
    """
    if cohort.get("genotypes") is None:
        return []
    values = cohort.get("pgx", {}).get("guidance", [])
    return [
        str(file)
        for value in values
        for file in find_guidance(value)[1].name_files(value)
    ]


def guidance_resources(cohort: dict[str, Any]) -> list[str]:
    """Return the files of guidance that come with genostrat, below ``resources``."""
    values = cohort.get("pgx", {}).get("guidance", [])
    return [name for value in values for name in find_guidance(value)[1].resources]


def panel_files(cohort: dict[str, Any]) -> list[str]:
    """Return the files of a cohort's reference panel, with indexes; none without it."""
    panel = cohort.get("reference_panel")
    if panel is None:
        return []
    return [panel["labels"], *_indexed_files(panel, simulated=False)]


def index_files(fasta: str | Path) -> list[str]:
    """Return the indexes that a FASTA file needs: ``.fai``, and ``.gzi`` if packed.

    >>> index_files("genome.fa.gz")
    ['genome.fa.gz.fai', 'genome.fa.gz.gzi']
    """
    path = str(fasta)
    packed = [f"{path}.gzi"] if path.endswith(PACKED_FASTA) else []
    return [f"{path}.fai", *packed]


def sequence_files(cohort: dict[str, Any]) -> list[str]:
    """Return the FASTA file of the build's sequence and such indexes as it has."""
    fasta = (cohort.get("genotypes") or {}).get("fasta")
    if not fasta:
        return []
    return [fasta, *(path for path in index_files(fasta) if Path(path).is_file())]


def own_files(cohort: dict[str, Any]) -> list[str]:
    """Return every file of a cohort but its reference panel, with indexes.

    The list must be the same before and after a run, or Snakemake would run again: the
    index that a simulated cohort will have is named before it exists.
    """
    files = [cohort["samples"]["path"]]
    if cohort["samples"].get("overrides"):
        files.append(cohort["samples"]["overrides"])
    if cohort["samples"].get("opt_out"):
        files.append(cohort["samples"]["opt_out"])
    if cohort["genotypes"] is not None:
        simulated = cohort["simulate"] is not None
        files += _indexed_files(cohort["genotypes"], simulated=simulated)
    return files + [matrix["path"] for matrix in cohort["matrices"]]


def _indexed_files(genotypes: Mapping[str, Any], *, simulated: bool) -> list[str]:
    kind, _ = genotype_source(genotypes)
    files = []
    for path in genotype_files(genotypes):
        indexes = [f"{path}.tbi", f"{path}.csi"] if kind == "vcf" else []
        if not simulated:
            indexes = [index for index in indexes if Path(index).is_file()]
        files += [path, *indexes[:1]]
    return files


def genotype_source(genotypes: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Return which of the keys ``vcf``, ``plink`` and ``pgen`` is used, and its paths.

    Parameters
    ----------
    genotypes
        The section of a cohort's config.
    """
    kind = next(key for key in GENOTYPE_SOURCES if genotypes.get(key))
    value = genotypes[kind]
    return kind, [value] if isinstance(value, str) else list(value)


def genotype_files(genotypes: Mapping[str, Any]) -> list[str]:
    """Return the genotype files that a cohort's config names, filesets in full."""
    kind, paths = genotype_source(genotypes)
    if kind == "vcf":
        return paths
    return [file for prefix in paths for file in fileset_files(prefix, kind=kind)]


def packing_of_text(path: str | Path) -> str | None:
    """Say how to pack the text fileset that a path names, with or without a suffix.

    Parameters
    ----------
    path
        As a user wrote it.

    Returns
    -------
    str or None
        None where it names none.
    """
    path = str(path)
    for suffix in TEXT_FILESET:
        prefix = path.removesuffix(suffix)
        if prefix != path or Path(f"{path}{suffix}").is_file():
            flag = "--tfile" if suffix.startswith(".t") else "--pedmap"
            return (
                f"{prefix}{suffix} is PLINK's text form; pack it: plink2 {flag}"
                f" {prefix} --make-bed --out {prefix}, and name {prefix} in"
                " genotypes.plink"
            )
    return None


def fileset_files(prefix: str | Path, *, kind: str) -> list[str]:
    """Return the files of genotypes, variants and samples of a fileset.

    A file with two possible names (``.pvar``, ``.pvar.zst``) has the first that
    exists, or the first of all.
    """
    choices = [
        [f"{prefix}{suffix}" for suffix in suffixes]
        for suffixes in FILESET_SUFFIXES[kind]
    ]
    return [
        next((f for f in names if Path(f).is_file()), names[0]) for names in choices
    ]
