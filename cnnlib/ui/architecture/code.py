"""A network as Keras source: to read, to copy, and as a script that trains it."""

import streamlit as st

from cnnlib.arch.codegen import FORMS, list_forms, to_keras_source
from cnnlib.arch.spec import Spec
from cnnlib.errors import LabError
from cnnlib.runs.config import RunConfig
from cnnlib.runs.export.script import get_script_name, make_training_script
from cnnlib.ui.address import Setting, choice
from cnnlib.ui.architecture.about import is_classic
from cnnlib.ui.page import plain_text
from cnnlib.ui.prose import show_text

FORM = "Written as"
FORM_NAMES = {
    "sequential": "Sequential",
    "functional": "Functional",
    "class": "Class, as in the notes",
}
SOURCE = "This file"
SOURCE_HELP = "It runs with nothing but Keras installed, and prints the summary."
SCRIPT = "A training script"
SCRIPT_HELP = (
    "This network with the notes' settings: it loads the data, trains, keeps the best weights and "
    "goes on from them, draws the curves."
)
LONG = 40  # lines; more of them scroll
HEIGHT = 640  # pixels


def code_setting(name: str = "code") -> Setting:
    """The form of the source, for a page that keeps it in its address."""
    return choice(name, FORMS, "functional")


def show_code(spec: Spec, *, key: str) -> None:
    """Draw the choice of a form, the source in it, and the downloads.

    Args:
        key: the choice's key, of a `code_setting` or of none.

    Raises:
        LabError: there is no source for this network; the message says why.
    """
    forms = list_forms(spec)
    if st.session_state.get(key) not in forms:
        st.session_state[key] = "functional"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            FORM, forms, format_func=FORM_NAMES.__getitem__, key=key, required=True
        )
        form = st.session_state[key]
        source = to_keras_source(spec, form)
        script_name = get_script_name(spec)
        st.download_button(
            SOURCE, source, script_name.removeprefix("train_"), "text/x-python",
            icon=":material/download:", help=SOURCE_HELP, on_click="ignore", key=f"{key}_source",
        )  # fmt: skip
        _offer_script(spec, form, script_name, key=f"{key}_script")
    st.code(source, language="python", height=HEIGHT if source.count("\n") > LONG else "content")
    if form == "class":
        show_text("networks/code_class")


def _offer_script(spec: Spec, form: str, name: str, *, key: str) -> None:
    """The script; of a network that no run may train the reason why there is none."""
    script, help_text = "", SCRIPT_HELP
    try:
        config = RunConfig(network=spec.name) if is_classic(spec) else RunConfig(spec=spec)
        script = make_training_script(config, spec, form)
    except LabError as error:
        help_text = plain_text(str(error))
    st.download_button(
        SCRIPT, script, name, "text/x-python", icon=":material/model_training:", help=help_text,
        on_click="ignore", disabled=not script, key=key,
    )  # fmt: skip
