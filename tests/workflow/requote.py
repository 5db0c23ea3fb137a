"""Write quoted output of the documentation anew, where it has changed.

``make quotes`` runs this. The toy cohorts are run first; real cohorts are run too where
their folder is named: ``make quotes DATA=<folder>``.
"""

import sys
import tempfile
from pathlib import Path

from documents import PAGES, matches, read_in_short, read_quotes, requote
from pages import prepare, run_blocks, run_real, shell_blocks
from running import snakemake, stand_in


def main():
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        (base / "toys").mkdir()
        snakemake(base / "toys")
        for number, page in enumerate(PAGES):
            blocks = shell_blocks(page, "", "planned")
            if any(block.language == "console" for block in blocks):
                folder = base / str(number)
                environment = prepare(folder, base / "toys", page)
                rewrite(page, blocks, folder=folder, environment=environment)
        if len(sys.argv) > 1:
            requote_real(base, Path(sys.argv[1]).resolve())


def requote_real(base, data):
    """Do the same for what is quoted of real cohorts."""
    for page in PAGES:
        blocks = shell_blocks(page, "real")
        for cohort in sorted({*read_quotes(page), *(b.reason for b in blocks)}):
            folder = base / cohort
            folder.mkdir()
            run_real(folder, cohort, data)
            environment = stand_in(base / f"{cohort}-shell", folder)
            mine = [block for block in shell_blocks(page, "real")]
            mine = [block for block in mine if block.reason == cohort]
            rewrite(
                page, mine, folder=base / f"{cohort}-shell", environment=environment
            )
            rewrite_in_short(page, cohort, folder)


def rewrite(page, blocks, *, folder, environment):
    """Replace the output of a page's blocks; the last first, so that lines stay put."""
    texts = {}
    for block, command, lines, done in run_blocks(
        blocks, folder=folder, environment=environment
    ):
        if done.returncode:
            sys.exit(f"{block.name}\n{command}\n{done.stdout}")
        if lines is None or block.mark == "planned":
            continue
        if not matches(lines, done.stdout):
            print(f"{block.name}: {command}")
            lines = requote(lines, done.stdout)
        shown = command.replace("\n", "\n> ")
        texts.setdefault(block, []).extend([f"$ {shown}", *lines])
    content = page.read_text().splitlines()
    for block in sorted(texts, key=lambda block: block.start, reverse=True):
        indented = [f"{' ' * block.indent}{line}".rstrip(" ") for line in texts[block]]
        content[block.start : block.stop] = indented
    page.write_text("".join(f"{line}\n" for line in content))


def rewrite_in_short(page, cohort, folder):
    """Replace the sentences of a report that a page quotes."""
    text = page.read_text()
    before, mark, after = text.partition(f"<!-- in short: {cohort} -->\n")
    if not mark:
        return
    rest = after.split("\n")
    while rest and rest[0].startswith("> * "):
        rest.pop(0)
    quoted = [f"> * {sentence}" for sentence in read_in_short(folder, cohort)]
    page.write_text(before + mark + "\n".join([*quoted, *rest]))


if __name__ == "__main__":
    main()
