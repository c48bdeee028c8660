"""How much memory the child itself has taken."""

from pathlib import Path

from scrapy.extensions.memusage import MemoryUsage

STATUS = Path("/proc/self/status")


class OwnMemory(MemoryUsage):
    """Scrapy's watch over memory, by the peak of this program alone.

    Linux hands `ru_maxrss` on through fork and exec (getrusage(2)): under a parent full of language models, every
    crawl would end as too big before its first page. `VmHWM` (proc(5)) starts anew with the program.
    """

    def get_virtual_size(self) -> int:
        """Peak resident size in bytes."""
        try:
            told = STATUS.read_text(encoding="ascii")
        except OSError:  # no /proc: macOS, where ru_maxrss is our own
            return super().get_virtual_size()
        return int(told.partition("VmHWM:")[2].split()[0]) * 1024
