"""What a person typed into a form, and what is wrong with it, field by field."""

from collections.abc import Mapping

from incident.rules.outcome import NotAllowed


class Wrong(NotAllowed):
    """A refusal that belongs to fields: the name of each, with a sentence for it."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = dict(fields)


def refuse(fields: Mapping[str, str]) -> None:
    """Refuse if any of these says something."""
    wrong = {name: sentence for name, sentence in fields.items() if sentence}
    if wrong:
        raise Wrong(wrong)
