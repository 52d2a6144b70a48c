"""`incident retro export`: a retro on stdout."""

import argparse
import json
import sys

from incident import clock
from incident.cli.desk import configure, open_desk
from incident.services import retros
from incident.storage.db import reading


def export(asked: argparse.Namespace) -> None:
    open_desk(configure())
    with reading() as session:
        if asked.format == "md":
            sys.stdout.write(retros.export_markdown(session, asked.incident, at=clock.now()))
            return
        values = retros.as_values(session, asked.incident, at=clock.now())
    json.dump(values, sys.stdout, ensure_ascii=False, indent=2)
    print()
