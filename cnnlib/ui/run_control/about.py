"""What a run is and whose, in its head; and the forms in which people say something about it."""

import streamlit as st

from cnnlib.runs.records import Run
from cnnlib.runs.store import open_store
from cnnlib.runs.store import people as known
from cnnlib.runs.store.rows import MAX_NAME, MAX_NOTE, MAX_TAGS
from cnnlib.ui.navigation import TRAIN
from cnnlib.ui.page import friendly_errors, plain_text
from cnnlib.ui.people import current_person, describe_person, person_names
from cnnlib.ui.run_control import actions, texts


def show_about(run: Run) -> None:
    """The settings in a line, where it comes from, whose it is, its tags."""
    words = [run.describe_settings() + "."]
    if older := run.config.continue_from:
        link = f"{TRAIN.address}?run={older}"
        words.append(texts.GOES_ON.format(older=older, link=link, checkpoint=run.config.checkpoint))
    names = person_names()
    if run.owner:
        words.append(texts.BY.format(person=plain_text(describe_person(run.owner, names))))
    if run.has_ended and was_changed(run):
        words.append(texts.CHANGED)
    words += [f":gray-badge[{plain_text(tag)}]" for tag in run.tags]
    st.markdown(" ".join(words))


def was_changed(run: Run) -> bool:
    """Whether it was trained with another learning rate, or longer or shorter, than it was set."""
    kinds = {event.kind for event in open_store().events(run.id)}
    return not kinds.isdisjoint(("learning_rate", "epochs"))


def show_note(run: Run) -> None:
    """The note as it was written, no Markdown."""
    if run.note:
        with st.container(border=True, key="run_note"):
            st.text(run.note)


def about_form(run: Run) -> bool:
    """Change the name, the tags and the note; True when they were saved."""
    with st.form(f"about_{run.id}", border=False):
        name = st.text_input(
            texts.NAME,
            run.name,
            max_chars=MAX_NAME,
            help=texts.NAME_HELP,
            placeholder=run.config.title,
        )
        tags = st.multiselect(
            texts.TAGS,
            list_tags(run.tags),
            list(run.tags),
            help=texts.TAGS_HELP,
            placeholder=texts.ANY_TAGS,
            accept_new_options=True,
            max_selections=MAX_TAGS,
        )
        note = st.text_area(texts.NOTE, run.note, max_chars=MAX_NOTE)
        if st.form_submit_button(texts.SAVE, icon=":material/save:"):
            with friendly_errors():
                actions.annotate(run.id, name=name or "", note=note or "", tags=tags)
                return True
    return False


def list_tags(more: tuple[str, ...] = ()) -> list[str]:
    """The tags of all runs, and some more, in alphabetical order."""
    rows = (
        open_store()
        .database.connect()
        .execute("SELECT DISTINCT value FROM runs, json_each(runs.tags)")
    )
    return sorted({*more, *(row[0] for row in rows)}, key=str.casefold)


def name_form(key: str) -> None:
    """Let a person choose the name that stands with their runs."""
    person = current_person()
    if not person:
        return
    names = person_names()
    guest = f"guest {person[:4]}"
    with st.form(f"person_{key}", border=False):
        name = st.text_input(
            texts.YOUR_NAME,
            names.get(person, ""),
            max_chars=known.MAX_NAME,
            placeholder=guest,
            help=texts.YOUR_NAME_HELP.format(guest=guest),
        )
        if st.form_submit_button(texts.RENAME, icon=":material/badge:"):
            with friendly_errors():
                known.write_name(open_store().database, person, name or "")
                st.rerun()
