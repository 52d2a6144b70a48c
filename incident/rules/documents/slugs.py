"""Names for addresses, made of titles."""

import re
import unicodedata

LONGEST = 80


def slug_of(title: str) -> str:
    """Lower-case words and hyphens: “Purge a queue!” is `purge-a-queue`."""
    letters = unicodedata.normalize("NFKD", title.lower())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = re.findall(r"[^\W_]+", plain.replace("'", "").replace("’", ""))
    return "-".join(words)[:LONGEST].strip("-") or "checklist"
