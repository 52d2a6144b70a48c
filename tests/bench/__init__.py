"""Ratios measured in one run, on one page. Never a test: machines are noisy."""
