"""The same as `deskconsole.progress`, for modules that still look for it here."""

from ..progress import Meter, Progress, Report, ignore

__all__ = ["Meter", "Progress", "Report", "ignore"]
