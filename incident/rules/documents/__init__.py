"""Checklists as Markdown: read, shown as JSON, and written back where something changed."""

from incident.rules.documents.nodes import Document, Item, Section, Text
from incident.rules.documents.reader import read
from incident.rules.documents.shown import to_json

__all__ = ["Document", "Item", "Section", "Text", "read", "to_json"]
