"""How long it takes to load and validate every shipped rulebook, for the test and the benchmark."""

import subprocess
import sys

PROGRAM = """
from time import perf_counter
from documents.forms import all_forms
from flows.guards import GUARDS
from models.law.loader import check_book, codes, load_book
from models.law.periods import check_periods
forms = all_forms()
start = perf_counter()
books = [load_book(code) for code in codes()]
for book in books:
    check_book(book, forms=forms, guards=GUARDS)
check_periods(books)
print(1000 * (perf_counter() - start))
"""


def load_time() -> float:
    """Milliseconds for all books in a fresh interpreter, without the imports."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    return float(done.stdout)
