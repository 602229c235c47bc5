"""What an import leaves out or changes, with the rows' numbers: nothing is dropped silently."""

from dataclasses import dataclass, field


@dataclass
class Notes:
    """{reason: numbers of rows}; `left_out` rows do not come in, `changed` ones do, with the change named."""

    left_out: dict[str, list[int]] = field(default_factory=dict)
    changed: dict[str, list[int]] = field(default_factory=dict)

    def leave_out(self, row: int, reason: str) -> None:
        self.left_out.setdefault(reason, []).append(row)

    def change(self, row: int, reason: str) -> None:
        self.changed.setdefault(reason, []).append(row)
