"""Preparing contacts: time, CPU and memory of whole processes, beside what else could do the work.

Every candidate runs in a process of its own, all of them in turns, on the same generated export that
looks like HubSpot's. Ratios are to the first candidate of each table. The pandas candidates do less than
the package does: they lower-case, match an expression, drop opt-outs and duplicates, and write a file.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

HEADER = (
    *("Record ID", "First Name", "Last Name", "Email", "Additional email addresses", "Phone Number"),
    *("Company Name", "Job Title", "Contact owner", "Lifecycle Stage", "Unsubscribed from all email"),
    "Create Date",
)
FIRST = ("Anna", "Ben", "Clara", "Jürgen", "Zoë", "Mary-Jane", "Luis", "Ana María", "Omar", "Li", "Søren")
LAST = ("Huber", "Müller", "O'Neil", "van der Berg", "Smith", "García López", "Nguyễn", "Rossi", "Dubois")
DOMAINS = (*(f"company{number}.com" for number in range(500)), *("gmail.com", "outlook.com") * 75)
RULE = r"[a-z0-9_!#$%&'*+\-/=?^`{|}~.]+@[a-z0-9\-]+(\.[a-z0-9\-]+)+"
WORK = """
import re
import pandas as pd

rule = re.compile(RULE)


def usable(frame):
    frame["Email"] = frame["Email"].fillna("").str.strip().str.lower()
    good = frame["Email"].str.fullmatch(RULE) & frame["First Name"].notna()
    out = frame["Unsubscribed from all email"].fillna("").astype(str).str.lower()
    good &= ~out.isin(["true", "1", "yes"])
    return frame[good].drop_duplicates("Email")[["First Name", "Last Name", "Email"]]
"""
CANDIDATES = {
    "csv": {
        "csv.reader alone": """
import csv
for row in csv.reader(open(SOURCE, encoding="utf-8-sig", newline="")): pass
""",
        "this package": """
from airflow_provider_calendars.contacts import prepare_contacts
with open(SOURCE, "rb") as source, open(TARGET, "w+b") as upload, open(TARGET + "2", "w+b") as rejected:
    prepare_contacts(source, upload, rejected)
""",
        "pyarrow, parse alone": "import pyarrow.csv\npyarrow.csv.read_csv(SOURCE)",
        "pandas, vectorised": WORK + "usable(pd.read_csv(SOURCE, dtype=str)).to_csv(TARGET, index=False)",
        "pandas, apply(axis=1)": WORK
        + """
frame = pd.read_csv(SOURCE, dtype=str, keep_default_na=False)
def good(row):
    row_is_out = row["Unsubscribed from all email"].lower() in ("true", "1", "yes")
    return bool(row["First Name"]) and not row_is_out and bool(rule.fullmatch(row["Email"].strip().lower()))
frame = frame[frame.apply(good, axis=1)]
frame.drop_duplicates("Email")[["First Name", "Last Name", "Email"]].to_csv(TARGET, index=False)
""",
        "polars": """
import polars as pl
frame = pl.scan_csv(SOURCE, infer_schema=False)
frame = frame.with_columns(pl.col("Email").str.strip_chars().str.to_lowercase())
out = pl.col("Unsubscribed from all email").fill_null("").str.to_lowercase().is_in(["true", "1", "yes"])
good = pl.col("Email").str.contains("^(?:" + RULE + ")$") & pl.col("First Name").is_not_null() & ~out
frame = frame.filter(good).unique("Email", keep="first", maintain_order=True)
frame.select("First Name", "Last Name", "Email").collect().write_csv(TARGET)
""",
    },
    "xlsx": {
        "calamine, read alone": """
import python_calamine
for row in python_calamine.CalamineWorkbook.from_path(SOURCE).get_sheet_by_index(0).iter_rows(): pass
""",
        "this package": "",
        "openpyxl, read alone": """
import openpyxl
for row in openpyxl.load_workbook(SOURCE, read_only=True).worksheets[0].iter_rows(values_only=True): pass
""",
        "pandas with openpyxl": WORK + "usable(pd.read_excel(SOURCE, dtype=str)).to_csv(TARGET, index=False)",
    },
}
CANDIDATES["xlsx"]["this package"] = CANDIDATES["csv"]["this package"]
SLOW = ("pandas, apply(axis=1)", "pandas with openpyxl", "openpyxl, read alone")


def people(count: int) -> Iterator[list[str]]:
    """Generate rows as a CRM holds them: mostly clean, one in twelve not."""
    chance = random.Random(7)
    for number in range(count):
        first, last = chance.choice(FIRST), chance.choice(LAST)
        box = f"{first}.{last}{number}".encode("ascii", "ignore").decode().replace(" ", "").replace("'", "")
        email, luck = f"{box.lower()}@{chance.choice(DOMAINS)}", chance.random()
        if luck < 0.02:
            email = f"user{chance.randrange(max(number, 1))}@example.org"
        elif luck < 0.04:
            email = "" if luck < 0.03 else "not an address"
        elif luck < 0.055:
            email = email.upper() if luck < 0.05 else f" {email} "
        elif luck < 0.06:
            first = ""
        second = f"home{number}@example.net" if chance.random() < 0.02 else ""
        out = chance.choice(("true", "")) if luck > 0.96 else chance.choice(("false", ""))
        yield [
            *(str(10**10 + number), first, last, email, second, f"+49 30 {chance.randrange(10**7):07}"),
            *(chance.choice(("Acme GmbH", "Kite, Inc.")), "Account Manager", "Robin Archer", "Lead", out),
            f"2024-03-{1 + number % 28:02} 09:14",
        ]


def write(path: Path, rows: int) -> None:
    """Write the export."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(HEADER)
            writer.writerows(people(rows))
        return
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("contacts")
    sheet.append(HEADER)
    for person in people(rows):
        sheet.append([cell or None for cell in person])
    book.save(path)


def measure(code: str, source: Path) -> tuple[float, float, float] | None:
    """Run a candidate; return seconds, CPU seconds and MB, or None where its library is absent."""
    target = source.with_suffix(".out")
    setup = f"SOURCE, TARGET, RULE = {str(source)!r}, {str(target)!r}, {RULE!r}\n"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", setup + code], env=environment, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    complaint = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    if process.returncode:
        if "ModuleNotFoundError" in complaint or "ImportError" in complaint:
            return None
        raise RuntimeError(complaint)
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def compare(kind: str, rows: int, rounds: int, folder: Path) -> None:
    """Measure all candidates in turns and print their table."""
    source = folder / f"export.{kind}"
    # in a process of its own: a child's peak is never shown below what its parent had at the time
    generating = multiprocessing.get_context("spawn").Process(target=write, args=(source, rows))
    generating.start()
    generating.join()
    samples: dict[str, list[tuple[float, float, float]]] = {name: [] for name in CANDIDATES[kind]}
    for turn in range(rounds):
        for name, code in CANDIDATES[kind].items():
            if (name not in SLOW or turn < 1) and (sample := measure(code, source)):
                samples[name].append(sample)
    print(f"\n{rows:,} rows of {kind.upper()}, {source.stat().st_size / 1e6:.1f} MB, medians of {rounds}")
    print(f"{'candidate':<26}{'wall s':>9}{'CPU s':>9}{'MB':>7}{'wall x':>8}{'CPU x':>8}")
    first: list[float] = []
    for name, taken in samples.items():
        if not taken:
            print(f"{name:<26}{'not installed':>15}")
            continue
        wall, cpu, memory = (statistics.median(column) for column in zip(*taken, strict=True))
        first = first or [wall, cpu]
        once = " (once)" if name in SLOW and rounds > 1 else ""
        print(
            f"{name:<26}{wall:>9.2f}{cpu:>9.2f}{memory:>7.0f}"
            f"{wall / first[0]:>8.2f}{cpu / first[1]:>8.2f}{once}"
        )
    sys.stdout.flush()


def addresses(count: int = 200_000, for_library: int = 5_000) -> None:
    """Compare what judging an address costs."""
    from email_validator import EmailNotValidError, validate_email

    from airflow_provider_calendars.contacts.emails import AddressReader, plain_addresses

    cells = [email for row in people(count) if (email := row[3].strip())]
    reader = AddressReader()
    ours: list[bool] = []
    start = time.perf_counter()
    for at in range(0, count, 500):
        batch = cells[at : at + 500]
        # a whole column at once, and what is not plain one by one, as rows are decided
        _, domains = plain_addresses(batch) if batch else ([], [])
        ours += [
            reader.is_domain(domain) if domain else reader.normalize(cell) is not None
            for cell, domain in zip(batch, domains, strict=True)
        ]
    middle = time.perf_counter()
    for cell in cells:
        reader.normalize(cell)
    alone = (time.perf_counter() - middle) / len(cells) * 1e6
    began = time.perf_counter()
    theirs = []
    for cell in cells[:for_library]:
        try:
            theirs.append(bool(validate_email(cell, check_deliverability=False)))
        except EmailNotValidError:
            theirs.append(False)
    end = time.perf_counter()
    each, library = (middle - start) / len(cells) * 1e6, (end - began) / for_library * 1e6
    print(
        f"An address: {each:.2f} us here, {library:.1f} us by email-validator ({library / each:.0f}x), "
        f"{alone:.2f} us by itself ({library / alone:.0f}x); "
        f"{sum(map(bool.__ne__, ours, theirs))} of {for_library:,} verdicts differ"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured; the median counts")
    parser.add_argument("--rows", type=int, nargs="*", default=[1_000, 100_000, 1_000_000], help="of CSV")
    parser.add_argument("--xlsx-rows", type=int, nargs="*", default=[100_000])
    chosen = parser.parse_args()
    addresses_in = multiprocessing.get_context("spawn").Process(target=addresses)
    addresses_in.start()
    addresses_in.join()
    with tempfile.TemporaryDirectory() as folder:
        for rows in chosen.rows:
            compare("csv", rows, chosen.rounds, Path(folder))
        for rows in chosen.xlsx_rows:
            compare("xlsx", rows, chosen.rounds, Path(folder))


if __name__ == "__main__":
    main()
