"""Work over blocks of variants, on several threads, with results in genome order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt
import pgenlib

from genostrat.arrays import AnyIntegers, Flags

if TYPE_CHECKING:
    from genostrat.genotypes.store import Contig

Result = TypeVar("Result")
Block = npt.NDArray[np.int8]
Rows = npt.NDArray[np.uint32]

#: Rows of a buffer are padded with zeros to whole 64-bit words.
WORD_BYTES = 8


def count_variants(contig: Contig) -> int:
    """Return how many variants a contig has, without reading them."""
    left = contig.rows_left
    if left is not None:
        return len(left)
    with _open(contig, None) as reader:
        return int(reader.get_variant_ct())


def map_blocks(
    contig: Contig,
    work: Callable[[slice, Block], Result],
    *,
    size: int,
    rows: AnyIntegers | None = None,
    samples: Flags | None = None,
    threads: int = 1,
    executor: ThreadPoolExecutor | None = None,
) -> Iterator[Result]:
    """Yield what a function returns of each block of variants, in order.

    Parameters
    ----------
    contig
        A contig of the store.
    work
        Called with the places of the block (a slice of `rows`, or of all variants) and
        its genotypes, int8 of shape (n_variants_in_block, width), −9 missing. The
        width is the number of samples, padded with zeros to a multiple of 8. The
        buffer is used again: copy what is kept.
    size
        Variants in a block. Blocks do not depend on `threads`, so neither do results.
    rows
        Which variants, ascending; all of them if None.
    samples
        Which samples, a mask; all of them if None.
    threads
        Blocks worked on at once. Reading, numpy and kernels release the interpreter.
    executor
        Where to work on them, if it is not to have threads of its own.

    Notes
    -----
    At most ``2 · threads`` results wait, so memory does not grow with the variants.
    """
    columns = np.arange(len(contig.samples), dtype=np.uint32)
    if samples is not None:
        columns = columns[samples]
    total = count_variants(contig) if rows is None else len(rows)
    if not total or not len(columns):
        return
    listed = contig.rows_left if rows is None else contig.rows_in_files(rows)
    if listed is not None:
        listed = np.ascontiguousarray(listed)
    width = -(-len(columns) // WORD_BYTES) * WORD_BYTES
    subset = None if len(columns) == len(contig.samples) else columns
    slices = [slice(low, min(low + size, total)) for low in range(0, total, size)]
    threads = max(1, min(threads, len(slices)))
    with ExitStack() as stack:
        desks: SimpleQueue[tuple[pgenlib.PgenReader, Block]] = SimpleQueue()
        for _ in range(threads):
            reader = stack.enter_context(_open(contig, subset))
            desks.put((reader, np.zeros((min(size, total), width), np.int8)))

        def run(at: slice) -> Result:
            reader, buffer = desks.get()
            try:
                block = buffer[: at.stop - at.start]
                if listed is None:
                    reader.read_range(at.start, at.stop, block)
                else:
                    reader.read_list(listed[at], block)
                return work(at, block)
            finally:
                desks.put((reader, buffer))

        if threads == 1:
            yield from map(run, slices)
        else:
            if executor is None:
                executor = stack.enter_context(ThreadPoolExecutor(threads))
            yield from _in_order(executor, run, slices, waiting=2 * threads)


def pad_block(block: Block) -> Block:
    """Return a block whose rows are padded with zeros to whole words."""
    n_variants, n_samples = block.shape
    padded = np.zeros((n_variants, -(-n_samples // WORD_BYTES) * WORD_BYTES), np.int8)
    padded[:, :n_samples] = block
    return padded


def _in_order(
    executor: ThreadPoolExecutor,
    run: Callable[[slice], Result],
    slices: list[slice],
    *,
    waiting: int,
) -> Iterator[Result]:
    queue: deque[Future[Result]] = deque()
    try:
        for at in slices:
            queue.append(executor.submit(run, at))
            if len(queue) >= waiting:
                yield queue.popleft().result()
        while queue:
            yield queue.popleft().result()
    finally:
        # A reader must not be closed while a block is read with it.
        wait([future for future in queue if not future.cancel()])


def _open(contig: Contig, subset: Rows | None) -> pgenlib.PgenReader:
    path = str(contig.folder / f"{contig.name}.pgen").encode()
    return pgenlib.PgenReader(
        path, raw_sample_ct=len(contig.samples), sample_subset=subset
    )
