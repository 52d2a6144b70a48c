"""A desk of real processes, shared by the trials of one file."""

import pytest

from tests.trials.desk import Desk
from tests.trials.processes import Template


@pytest.fixture(scope="session")
def template():
    with Template() as running:
        yield running


@pytest.fixture(scope="module")
def desk(template, tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    with Desk(template, folder, f"sqlite:///{folder}/incident.db") as running:
        running.set_up()
        running.start_worker()
        yield running
