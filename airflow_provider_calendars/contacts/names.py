"""First and last names out of one cell."""

from __future__ import annotations

from unicodedata import is_normalized

from airflow_provider_calendars.contacts.text import (
    ERROR_VALUES,
    clean_text,
    header_key,
    header_words,
    words_of,
)

_TITLES = words_of(
    "mr mrs ms miss mx dr prof professor herr frau hr dipl dipling mme mlle monsieur madame sr "
    "sra srta dhr mevr mevrouw signor signora dott dottssa"
)
_DEGREES = words_of("med jur phil rer nat pol oec ing vet dent theol hc habil h c mult soc univ techn agr")
"""What may follow a title, in small letters: ``Dr. med.``"""
_SUFFIXES = words_of(
    "jr sr ii iii iv md phd mba msc bsc esq cpa dds rn cfa cfp cma cia caia frm pmp cissp edd jd llb llm "
    "dba dvm dphil meng mph mphil fcca acca fca frcs facp facs dmd dnp pharmd psyd obe mbe cbe beng bcom emba"
)
# as programs write them: there are people called Na, Nan and Null
_NO_NAME = words_of("n/a N/A n.a. null NULL none None nan NaN unknown Unknown undefined -None-")


def clean_name(cell: str) -> str:
    """Return a name as a person would write it, or nothing where the cell holds no name.

    No name is: no letter or digit at all, ``n/a``, ``unknown``, a spreadsheet error, an address.
    """
    # most names are a single word of plain letters, in which there is nothing to clean
    if cell.isalpha() and is_normalized("NFC", cell):
        return "" if cell in _NO_NAME else cell
    name = clean_text(cell)
    if "@" in name or name.casefold() in ERROR_VALUES:
        return ""
    return name if name not in _NO_NAME and any(map(str.isalnum, name)) else ""


def split_full_name(cell: str) -> tuple[str, str]:
    """Split ``"Dr. Anna Maria Huber"`` or ``"Huber, Anna Maria"`` into first and last name.

    Without a comma the first word is the first name and the rest the last name: whatever is wrong
    about middle names, the greeting is then right.

    :return: first name and last name, either perhaps empty.
    """
    before, comma, after = clean_name(cell).partition(",")
    words = _without_titles(after.split())
    if comma and words and header_key(words[0]) not in _SUFFIXES:
        return " ".join(words), before.strip()
    words = _without_titles(before.split())
    return (words[0], " ".join(words[1:])) if words else ("", "")


def _without_titles(words: list[str]) -> list[str]:
    titled = False
    while len(words) > 1 and (header_key(words[0]) in _TITLES or (titled and _is_degree(words[0]))):
        words, titled = words[1:], True
    return words


def _is_degree(word: str) -> bool:
    return word[:1].islower() and set(header_words(word)) <= _DEGREES
