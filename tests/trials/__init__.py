"""Kills processes at every boundary, and counts what a stand-in PagerDuty then heard.

Nothing in here reads the database: what counts is what the other side saw.
"""
