"""Incident checklists, live timelines, and the pages they send.

    cli                               the terminal: starts whichever of these is asked for
    web   api   slack                 doors: HTML, JSON, Slack
    delivery                          the worker that empties the outbox, the timers
    services                          commands: one function, one transaction
    storage   integrations   clock    tables; vendors' words; the time
    rules                             what is allowed, and what follows

Imports only ever point down.
"""
