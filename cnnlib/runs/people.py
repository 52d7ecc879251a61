"""What the run store knows of people: the names that they gave themselves, by their ids."""

from cnnlib.errors import RunError
from cnnlib.runs.database import Database

MAX_NAME = 40


def read_names(database: Database) -> dict[str, str]:
    """The names of those who gave one, as they wrote them: escape them."""
    return dict(map(tuple, database.connect().execute("SELECT id, name FROM people")))


def write_name(database: Database, person: str, name: str) -> None:
    """Let a person be called `name`; "" forgets the name.

    Raises:
        RunError: the name is too long, or somebody else's: nobody can pass for another.
    """
    name = " ".join(name.split())
    if len(name) > MAX_NAME:
        raise RunError(f"name must have at most {MAX_NAME} letters. Received: {len(name)}.")
    with database.transaction() as db:
        taken = {
            other.casefold()
            for identity, other in db.execute("SELECT id, name FROM people")
            if identity != person
        }
        if name.casefold() in taken:
            raise RunError(f"Somebody else is called {name!r} here. Choose another name.")
        db.execute("DELETE FROM people WHERE id = ?", (person,))
        if name:
            db.execute("INSERT INTO people (id, name) VALUES (?, ?)", (person, name))
