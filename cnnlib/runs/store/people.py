"""What the run store knows of people: the names that they gave themselves, by their ids."""

import re
import unicodedata

from cnnlib.errors import RunError
from cnnlib.runs.store.database import Database

MAX_NAME = 40
_RESERVED = re.compile("you|guest [0-9a-f]{4}")  # what the lab itself calls people


def read_names(database: Database) -> dict[str, str]:
    """The names of those who gave one, as they wrote them: escape them."""
    return dict(map(tuple, database.connect().execute("SELECT id, name FROM people")))


def write_name(database: Database, person: str, name: str) -> None:
    """Let a person be called `name`; "" forgets the name.

    Raises:
        RunError: the name is too long, has letters that are not seen, or is somebody else's or
            reads like it: nobody can pass for another.
    """
    name = " ".join(name.split())
    if len(name) > MAX_NAME:
        raise RunError(f"name must have at most {MAX_NAME} letters. Received: {len(name)}.")
    if not name.isprintable():
        raise RunError("name must have no invisible letters. Type it anew.")
    if _RESERVED.fullmatch(_fold(name)):
        raise RunError(f"The lab itself says {name!r} of people. Choose another name.")
    with database.transaction() as db:
        taken = {
            _fold(other)
            for identity, other in db.execute("SELECT id, name FROM people")
            if identity != person
        }
        if _fold(name) in taken:
            raise RunError(f"Somebody else is called {name!r} here. Choose another name.")
        db.execute("DELETE FROM people WHERE id = ?", (person,))
        if name:
            db.execute("INSERT INTO people (id, name) VALUES (?, ?)", (person, name))


def _fold(name: str) -> str:
    """The same for names that read alike: without case, ligatures, wide letters …"""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
