"""What a visitor has answered so far: pure data, kept in the session's state."""

from dataclasses import dataclass, field

from cnnlib.arch.rules import Shape

Key = tuple[str, int]  # level and seed


@dataclass(frozen=True)
class Answer:
    """What was said to one question; None for nothing. `skipped` counts for nothing."""

    shape: Shape | None
    params: int | None
    right_shape: bool = False
    right_params: bool = False
    skipped: bool = False

    @property
    def right(self) -> bool:
        return self.right_shape and self.right_params


@dataclass
class Score:
    """All answers, in their order; the first to a question stands."""

    answers: dict[Key, Answer] = field(default_factory=dict)

    def add(self, key: Key, answer: Answer) -> None:
        self.answers.setdefault(key, answer)

    @property
    def counted(self) -> list[Answer]:
        return [answer for answer in self.answers.values() if not answer.skipped]

    @property
    def right(self) -> int:
        return sum(answer.right_shape + answer.right_params for answer in self.counted)

    @property
    def asked(self) -> int:
        return 2 * len(self.counted)

    @property
    def streak(self) -> int:
        """Wholly right ones since the last that was not; a skipped one neither ends nor adds."""
        count = 0
        for answer in reversed(self.counted):
            if not answer.right:
                break
            count += 1
        return count

    @property
    def longest(self) -> int:
        longest = count = 0
        for answer in self.counted:
            count = count + 1 if answer.right else 0
            longest = max(longest, count)
        return longest
