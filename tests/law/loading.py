"""How long it takes to load and validate every shipped rulebook, for the test and the benchmark."""

import subprocess
import sys
from typing import NamedTuple

PROGRAM = """
from time import perf_counter, process_time
from documents.forms import all_forms
from flows.guards import GUARDS
from models.law.loader import check_book, codes, load_book
from models.law.periods import check_periods
forms = all_forms()
wall, processor = perf_counter(), process_time()
books = [load_book(code) for code in codes()]
for book in books:
    check_book(book, forms=forms, guards=GUARDS)
check_periods(books)
print(1000 * (perf_counter() - wall), 1000 * (process_time() - processor))
"""


class Took(NamedTuple):
    """Milliseconds by the clock on the wall, and of processor time: what others do on the machine is not in it."""

    wall: float
    processor: float


def load_time() -> Took:
    """What all books take in a fresh interpreter, without the imports."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    return Took(*map(float, done.stdout.split()))
