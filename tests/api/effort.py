"""How long the API is held against its document: seconds, unless `checks.api` asks for more."""

EXAMPLES = 3
EVERY_CORNER = False
DATABASES = ("sqlite",)
