"""Standard packs: what a pack is (`types`), the strict loader (`load`), the checks (`check`)."""

from pipeline.standard.load import load_standard
from pipeline.standard.types import Standard

__all__ = ["Standard", "load_standard"]
