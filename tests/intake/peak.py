"""How much memory this program has had at most, without what the program that started it had."""

from pathlib import Path


def peak_megabytes() -> float:
    """The high-water mark that Linux keeps for a program since it began; getrusage() would count its parent too."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024
