"""Measures, in ratios within one run: `python -m bench`."""
