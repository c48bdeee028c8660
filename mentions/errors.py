"""The three fates of an error (docs/adr/0007): reject the item, retry the call, stop the run."""


class RejectedItem(Exception):  # noqa: N818 - a fate, not a defect
    """One item cannot be used: count it, keep it aside with its reason, go on.

    `reason` is a short kebab-case word that counters use (`rejected:<reason>`); `detail` is for people.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        """Keep the counter word and the sentence apart."""
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class Transient(Exception):  # noqa: N818 - a fate, not a defect
    """The call may succeed later: nothing was acknowledged, retry with back-off.

    `retry_after` is in seconds, None when the other side gave no hint.
    """

    def __init__(self, detail: str, *, retry_after: float | None = None) -> None:
        """Keep the hint of the other side, if it gave one."""
        super().__init__(detail)
        self.retry_after = retry_after


class Stop(Exception):  # noqa: N818 - a fate, not a defect
    """The run cannot go on until a person acts; the text tells them what to do."""


class WrongUsage(Stop):
    """What was asked for does not exist or cannot be meant: a mistyped name, folder or week (exit code 2)."""
