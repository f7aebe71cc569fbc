"""Workbooks as they come from the wild, made by scripts from a clean one; see `corpus.py`."""
