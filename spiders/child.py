"""`python -m spiders.child`: crawls the sources named on stdin and tells what it finds on a descriptor.

A Twisted reactor cannot start twice, so that each crawl is a process of its own (docs/adr/0006). The child ends
when its stdin ends and, on Linux, when its parent dies. Exit code 0 says only that it came to its own end.
"""

import argparse
import asyncio
import ctypes
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings
from scrapy.utils.log import configure_logging

from spiders.channel import Channel
from spiders.safety import host_and_port
from spiders.settings import process_settings, source_settings
from spiders.spec import Spec, Task, load_spec
from spiders.spider import SourceSpider

logger = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1
LAST_WORDS = 3.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the spec, crawl, leave."""
    parser = argparse.ArgumentParser(prog="spiders.child")
    parser.add_argument("--descriptor", type=int, default=3, help="where the lines go (default 3)")
    descriptor = parser.parse_args(arguments).descriptor
    die_with_parent()
    spec = load_spec(sys.stdin.buffer.readline())
    with Channel(descriptor) as channel:
        crawl(spec, channel)
    return 0


def die_with_parent() -> None:
    """Linux: be killed when the parent is; elsewhere the end of stdin tells us (prctl(2))."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == 1:
            sys.exit("the parent is gone")


def crawl(spec: Spec, channel: Channel) -> None:
    """Hosts side by side, the sources of one host one after the other."""
    settings = Settings(process_settings(spec), priority="project")
    configure_logging(settings)
    process = AsyncCrawlerProcess(settings, install_root_handler=False)
    hosts: dict[tuple[str, int], list[Task]] = {}
    for task in spec.tasks:
        hosts.setdefault(host_and_port(task.source.url), []).append(task)

    async def in_turn(tasks: Sequence[Task]) -> None:
        for task in tasks:
            crawler = process.create_crawler(SourceSpider)
            crawler.settings.setdict(source_settings(task.source, spec), priority="cmdline")
            await process.crawl(crawler, task=task, spec=spec, channel=channel)
            if crawler.stats.get_value("finish_reason") == "shutdown":
                break

    async def all_hosts() -> None:
        results = await asyncio.gather(*map(in_turn, hosts.values()), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                logger.error("a crawl did not start", exc_info=result)
        await process.stop()
        _reactor().stop()

    work = asyncio.get_event_loop().create_task(all_hosts())
    end_with_stdin(process)
    process.start(stop_after_crawl=False)
    if work.done() and not work.cancelled():
        work.result()


def _reactor() -> Any:
    from twisted.internet import reactor  # noqa: PLC0415 - exists only once the process has installed it

    return reactor


def end_with_stdin(process: AsyncCrawlerProcess) -> None:
    """A thread that waits for the end of stdin, then stops the crawl, gently first."""

    def wait() -> None:
        while os.read(sys.stdin.fileno(), 1 << 12):
            pass
        _reactor().callFromThread(lambda: asyncio.ensure_future(process.stop()))
        threading.Event().wait(LAST_WORDS)
        os._exit(1)

    threading.Thread(target=wait, name="stdin", daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
