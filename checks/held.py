"""What came of holding one thing against another."""

from dataclasses import dataclass, field


@dataclass
class Held:
    checked: int = 0
    wrong: list[str] = field(default_factory=list)

    def point(self, right: bool, otherwise: str) -> None:
        self.checked += 1
        if not right:
            self.wrong.append(otherwise)
