"""One call to Kibana: tried again while it is busy, its answer checked, its error told in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from elastic_transport import ApiResponse
from kibana import ApiError, KibanaException, SerializationError

from dashboards.answers import AGAIN, Errand, fate, foreign, retry_after
from mentions.errors import Stop, Transient

REDIRECTION: Final = range(300, 400)  # a login elsewhere: the client follows none


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long a busy Kibana is asked again; times in seconds, `together` over all waits of a call."""

    attempts: int = 6
    first: float = 0.5
    longest: float = 20.0
    together: float = 60.0


PATIENCE: Final = Patience()


@dataclass(frozen=True, slots=True)
class Asking:
    """How calls are made: `where` and `space` are for messages, `random` gives numbers from 0 to 1."""

    where: str
    space: str
    patience: Patience
    sleep: Callable[[float], None]
    random: Callable[[], float]

    def body(
        self,
        errand: Errand,
        call: Callable[[], ApiResponse[Any]],
        *,
        absent: type[ApiError] | None = None,
        pass_on: Callable[[ApiError], bool] = lambda _: False,
    ) -> Any:
        """The body of the answer; None where it is `absent`.

        Raises Stop or Transient, and an ApiError only if `pass_on` wants it.
        """
        waited = 0.0
        for attempt in range(self.patience.attempts):
            try:
                answer = call()
            except KibanaException as error:
                if isinstance(error, ApiError) and _told_by_kibana(error):
                    if absent and isinstance(error, absent):
                        return None
                    if pass_on(error):
                        raise
                waited += self._wait(attempt, waited, errand, error)
            except ValueError as error:  # what its JSON reader says of rubbish
                raise fate(self.where, self.space, errand, SerializationError(str(error))) from None
            else:
                if answer.meta.status in REDIRECTION or isinstance(answer.body, str | bytes):
                    raise foreign(self.where, answer.meta.status, answer.body)
                return answer.body
        raise AssertionError("the last attempt returns or raises")

    def _wait(self, attempt: int, waited: float, errand: Errand, error: KibanaException) -> float:
        """Sleep before the next attempt, seconds given back; raise what the error means if there is none."""
        told = fate(self.where, self.space, errand, error)
        if not isinstance(error, ApiError) or error.status_code not in AGAIN or isinstance(told, Stop):
            raise told from None
        asked = retry_after(error)
        jitter = self.random() * min(self.patience.longest, self.patience.first * 2.0**attempt)
        pause = max(asked or 0.0, jitter)
        if attempt + 1 >= self.patience.attempts or waited + pause > self.patience.together:
            raise Transient(str(told), retry_after=asked) from None
        self.sleep(pause)
        return pause


def _told_by_kibana(error: ApiError) -> bool:
    return isinstance(error.body, Mapping) and not error.meta.headers.get("x-elastic-product")
