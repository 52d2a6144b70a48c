"""What the document of the API promises is kept, whatever is sent."""

import pytest
from openapi_schema_validator import OAS31Validator
from schemathesis.checks import CHECKS

from incident.api import openapi
from tests.api import contract, effort
from tests.postgres import empty_database

schema = contract.the_schema()


@pytest.fixture(scope="module", params=effort.DATABASES)
def token(request, tmp_path_factory):
    sqlite = request.param == "sqlite"
    folder = tmp_path_factory.mktemp("desk")
    url = f"sqlite:///{folder}/incident.db" if sqlite else empty_database("desk_contract")
    with contract.a_desk(url) as Token.value:
        yield


@schema.auth()
class Token:
    """Sent with every case, unless the case is about coming without one."""

    value = ""

    def get(self, _case, _context):
        return self.value

    def set(self, case, value, _context):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {value}"}


@schema.parametrize()
def test_the_document_is_kept_to(case, token):
    case.call_and_validate(excluded_checks=CHECKS.get_by_names(contract.not_asked(case)))


def test_every_model_of_the_document_is_a_schema():
    for model in openapi.document()["components"]["schemas"].values():
        OAS31Validator.check_schema(model)
