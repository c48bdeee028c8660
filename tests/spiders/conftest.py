"""Sites on loopback and a place to crawl them from; all closed at the end of the test."""

from collections.abc import Callable, Iterator

import pytest

from tests.spiders.loopback import Desk, Site


@pytest.fixture
def make_site() -> Iterator[Callable[[], Site]]:
    """As many sites as a test wants."""
    sites: list[Site] = []

    def make() -> Site:
        sites.append(Site())
        return sites[-1]

    yield make
    for each in sites:
        each.close()


@pytest.fixture
def site(make_site) -> Site:
    """One site."""
    return make_site()


@pytest.fixture
def desk(tmp_path) -> Iterator[Desk]:
    """State, spool and clock."""
    made = Desk(tmp_path)
    yield made
    made.close()
