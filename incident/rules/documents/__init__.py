"""Checklists as Markdown: read, shown as JSON, and written back where something changed."""

from incident.rules.documents.given import Unwritable
from incident.rules.documents.nodes import Document, Item, Section, Text
from incident.rules.documents.reader import read
from incident.rules.documents.shown import to_json
from incident.rules.documents.slugs import slug_of
from incident.rules.documents.writer import write

__all__ = [
    "Document",
    "Item",
    "Section",
    "Text",
    "Unwritable",
    "read",
    "slug_of",
    "to_json",
    "write",
]
