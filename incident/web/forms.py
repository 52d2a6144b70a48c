"""A form that is refused comes back with what was typed, and each sentence beside its field."""

from collections.abc import Iterator
from contextlib import contextmanager

from incident.rules.fields import Wrong
from incident.rules.outcome import NotAllowed


class Errors(dict[str, str]):
    """The sentences by field; "form" is for what belongs to none. Empty means that all is well."""

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep a refusal raised inside instead of answering with it."""
        try:
            yield
        except Wrong as wrong:
            self.update(wrong.fields)
        except NotAllowed as refusal:
            self["form"] = str(refusal)
