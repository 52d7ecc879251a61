"""The list of pages: one place for their order, names and addresses."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError

from cnnlib.ui.address import ARRIVED
from cnnlib.ui.page import page_setup

HERE = "lab_page"  # session state: the page that was shown last
FOLDER = Path(__file__).parents[2] / "pages"


@dataclass(frozen=True)
class Entry:
    """A page: its file in `pages`, its name, its icon, and its address in the browser."""

    file: str
    title: str
    icon: str
    address: str

    @property
    def path(self) -> str:
        """What `st.switch_page` and `st.page_link` take."""
        return str(FOLDER / self.file)


HOME = Entry("home.py", "Welcome", ":material/home:", "welcome")
DATASET = Entry("dataset.py", "Data set", ":material/grid_view:", "data-set")
WHOLE_SET = Entry("whole_set.py", "The whole set", ":material/insights:", "whole-set")
HONESTY = Entry("honesty.py", "Twins and wrong labels", ":material/fact_check:", "data-honesty")
AUGMENTATION = Entry("augmentation.py", "Augmentation", ":material/auto_fix_high:", "augmentations")
OWN_DATA = Entry("own_data.py", "Your own data", ":material/upload:", "own-data")
CONVOLUTION = Entry("convolution.py", "Convolution", ":material/blur_linear:", "convolutions")
EVERY_CONVOLUTION = Entry(
    "every_convolution.py",
    "One image, every convolution",
    ":material/table_rows:",
    "every-convolution",
)
PADDING = Entry("padding.py", "Padding", ":material/select_all:", "padding-lab")
RECEPTIVE_FIELD = Entry(
    "receptive_field.py", "Receptive field", ":material/center_focus_weak:", "receptive-fields"
)
PARAMETERS = Entry(
    "parameters.py", "Counting parameters", ":material/calculate:", "counting-parameters"
)
POOLING = Entry("pooling.py", "Pooling", ":material/compress:", "pooling-lab")
NORMALIZATION = Entry(
    "normalization.py", "Batch normalisation", ":material/equalizer:", "batch-normalisation"
)
ACTIVATION = Entry("activation.py", "Activation", ":material/show_chart:", "activations")
DROPOUT = Entry("dropout.py", "Dropout", ":material/grain:", "dropout-lab")
CBAPD = Entry("cbapd.py", "CBAPD", ":material/account_tree:", "cbapd-lab")
ARCHITECTURES = Entry("architectures.py", "Architectures", ":material/schema:", "architectures-lab")
COMPARE_NETWORKS = Entry(
    "compare_networks.py", "Compare networks", ":material/compare:", "networks-compared"
)
BUILDER = Entry("builder.py", "Builder", ":material/construction:", "network-builder")
READ_MODEL = Entry("read_model.py", "Read a model", ":material/upload_file:", "model-reader")
QUIZ = Entry("quiz.py", "Quiz", ":material/quiz:", "shapes-quiz")
TRAIN = Entry("train.py", "Train", ":material/model_training:", "training")
RUNS = Entry("runs.py", "Runs", ":material/list_alt:", "all-runs")
COMPARE_RUNS = Entry(
    "compare_runs.py", "Compare runs", ":material/compare_arrows:", "runs-compared"
)
SWEEPS = Entry("sweeps.py", "Sweeps", ":material/grid_4x4:", "setting-sweeps")

SECTIONS = {
    "": (HOME,),
    "Look": (DATASET, WHOLE_SET, HONESTY, AUGMENTATION, OWN_DATA),
    "Convolution": (CONVOLUTION, EVERY_CONVOLUTION, PADDING, RECEPTIVE_FIELD, PARAMETERS),
    "CBAPD": (NORMALIZATION, ACTIVATION, POOLING, DROPOUT, CBAPD),
    "Networks": (ARCHITECTURES, COMPARE_NETWORKS, BUILDER, READ_MODEL, QUIZ),
    "Train": (TRAIN, RUNS, COMPARE_RUNS, SWEEPS),
}


def link_to(entry: Entry, label: str, query: Mapping[str, str] | None = None) -> None:
    """Draw a link to a page, as `query` sets it up.

    A page's file that runs without the router knows no other pages: then it is a plain link.
    """
    try:
        st.page_link(entry.path, label=label, icon=entry.icon, query_params=dict(query or {}))
    except StreamlitPageNotFoundError:
        address = f"{entry.address}?{urlencode(query)}" if query else entry.address
        st.markdown(f"[{label}]({address})")


def run_page() -> None:
    """Show the navigation and run the page that the address names."""
    page_setup("CNN Lab")
    pages = {
        section: [
            st.Page(
                entry.path,
                title=entry.title,
                icon=entry.icon,
                url_path=entry.address,
                default=entry is HOME,
            )
            for entry in entries
        ]
        for section, entries in SECTIONS.items()
    }
    page = st.navigation(pages)
    st.session_state[ARRIVED] = st.session_state.get(HERE) != page.url_path
    st.session_state[HERE] = page.url_path
    page.run()
