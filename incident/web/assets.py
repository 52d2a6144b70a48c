"""Style sheets and scripts, read once at start-up and served under a name that is their content.

The style sheets become one, in the layers that `index.css` declares. The scripts keep their
names below a folder whose name is the fingerprint of them all, so that their imports of each
other need neither an import map nor a bundler. Nothing here asks the database anything.
"""

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, request

FOR_EVER = "public, max-age=31536000, immutable"
IMPORT = re.compile(r'^@import url\("([\w-]+\.css)"\) layer\((\w+)\);\n', re.MULTILINE)
TYPES = {".css": "text/css", ".js": "text/javascript"}

bp = Blueprint("assets", __name__, url_prefix="/assets")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent, plain and compressed."""

    body: bytes
    small: bytes
    mimetype: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything we serve, and the fingerprint it is served under."""

    fingerprint: str
    assets: Mapping[str, Asset]

    def address(self, name: str) -> str:
        """Where a page finds `name`. A name we do not have is a fault in the page."""
        if name not in self.assets:
            raise KeyError(f"There is no {name} in static/.")
        return f"/assets/{self.fingerprint}/{name}"


def hang(app: Flask) -> None:
    shelf = read(Path(app.root_path) / "static")
    app.extensions["shelf"] = shelf
    app.jinja_env.globals["asset"] = shelf.address
    app.register_blueprint(bp)


def read(folder: Path) -> Shelf:
    """Put on the shelf what pages ask for: one style sheet, and each script."""
    bodies = {"index.css": joined(folder / "css").encode()}
    for script in sorted((folder / "js").glob("*.js")):
        bodies[f"js/{script.name}"] = script.read_bytes()
    everything = b"".join(name.encode() + body for name, body in sorted(bodies.items()))
    fingerprint = hashlib.sha256(everything).hexdigest()[:12]
    return Shelf(fingerprint, {name: _asset(name, body) for name, body in bodies.items()})


def joined(folder: Path) -> str:
    """`index.css` with every `@import … layer(…)` replaced by what it names, in that layer."""

    def inlined(found: re.Match[str]) -> str:
        return f"@layer {found[2]} {{\n{(folder / found[1]).read_text()}}}\n"

    return IMPORT.sub(inlined, (folder / "index.css").read_text())


@bp.get("/<fingerprint>/<path:name>")
def send(fingerprint: str, name: str) -> Response:
    """A fingerprint we do not know any more still gets today's file, but not for ever."""
    shelf: Shelf = current_app.extensions["shelf"]
    asset = shelf.assets.get(name) or abort(404)
    zipped = request.accept_encodings.quality("gzip") > 0
    response = Response(asset.small if zipped else asset.body, mimetype=asset.mimetype)
    response.headers["Cache-Control"] = FOR_EVER if fingerprint == shelf.fingerprint else "no-cache"
    response.headers["Vary"] = "Accept-Encoding"
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    return response


def _asset(name: str, body: bytes) -> Asset:
    return Asset(body, gzip.compress(body, 9, mtime=0), TYPES[Path(name).suffix])
