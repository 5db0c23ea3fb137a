"""Running the code blocks of the documentation, in a folder as a reader has it."""

import shutil

from documents import commands, read_blocks, run_shell, steps
from running import HOME, snakemake, stand_in

#: Commands of which a plan can be made, and how.
PLANNED = {"snakemake": "-n --quiet", "genostrat": "-n --quiet"}
EXAMPLES = HOME / "config/examples"


def shell_blocks(page, *marks):
    """Return the blocks of commands of a page that have one of some marks."""
    return [
        block
        for block in read_blocks(page)
        if block.language in ("sh", "console") and block.mark in marks
    ]


def run_blocks(blocks, *, folder, environment):
    """Run blocks in order; yield each command with its block, quoted lines and end."""
    for block in blocks:
        for command, lines in steps(block):
            text = plan_of(command) if block.mark == "planned" else command
            yield (
                block,
                command,
                lines,
                run_shell(text, folder=folder, environment=environment),
            )


def plan_of(text):
    """Return shell text in which every command that can be planned only is."""
    lines = []
    for line in text.replace("\\\n", " ").splitlines():
        words = [w for w in commands(line) if w[0] in PLANNED]
        is_made = words and words[0][1:2] not in (["init"], ["--version"])
        code = line.split(" #")[0].rstrip()
        lines.append(f"{code} {PLANNED[words[0][0]]}" if is_made else line)
    return "\n".join(lines)


def prepare(folder, toys, page):
    """Make what a page takes for given: a user's files; return a shell's variables."""
    environment = stand_in(folder, toys)
    made, data = folder / "resources/simulated/toy", folder / "data"
    data.mkdir()
    for name in ("cohort.vcf.gz", "cohort.vcf.gz.tbi", "expression.tsv"):
        shutil.copy2(made / name, data / name.replace("cohort", "ward"))
    # a trained model, and new patients for it
    model = "strata/model"
    shutil.copytree(folder / "results/toy" / model, folder / "results/ward" / model)
    cohorts = folder / "config/cohorts"
    (cohorts / "clinic.yaml").write_text(
        "samples:\n"
        "  path: resources/simulated/toy/samples.tsv\n"
        "  unknown_columns: ignore\n"
        "matrices:\n"
        "  - {name: expression, path: data/expression.tsv,"
        " orientation: features_by_samples}\n"
        "assign: {unknown_ancestry: mean}\n"
    )
    names = ["leeds", "oxford"]
    if "genostrat init ward" not in page.read_text():
        names.append("ward")
    for name in names:
        shutil.copy(cohorts / "toy.yaml", cohorts / f"{name}.yaml")
    (folder / "mysite.yaml").write_text("seed: 2\n")
    _touch_inputs(folder)
    return environment


def _touch_inputs(folder):
    """Make empty files of what the examples name, for plans of them."""
    for path in EXAMPLES.glob("kg3_*.yaml"):
        for line in path.read_text().splitlines():
            key, _, value = line.strip().partition(": ")
            if key in ("path", "vcf"):
                (folder / value).parent.mkdir(parents=True, exist_ok=True)
                (folder / value).touch()


def run_real(folder, cohort, data):
    """Run a shipped example on the real cohort that it names."""
    (folder / "data").symlink_to(data)
    snakemake(folder, "--config", f"cohorts=[{cohort}]", "cohort_dir=config/examples")
