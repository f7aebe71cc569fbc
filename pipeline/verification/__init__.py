"""Verification by a third party: the workbook it fills, verified values beside declared ones, and what follows."""
