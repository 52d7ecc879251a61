"""The «Read a model» page in a browser: a file is brought, Keras is asked, the builder opened."""

import re
import zipfile
from pathlib import Path

from playwright.sync_api import expect

from cnnlib.arch import zoo

PAGE = "model-reader"
PATIENCE = 30_000  # ms: the first visitor of a busy server


def bring(visitor, path: Path) -> None:
    visitor.page.locator("input[type=file]").set_input_files(path)


def test_a_saved_model_is_counted_asked_about_and_taken_to_the_builder(
    lab, visit, tmp_path: Path
) -> None:
    from cnnlib.backend.model_builder import build_model

    path = tmp_path / "mine.keras"
    build_model(zoo.get("lenet5")).save(path)
    visitor = visit(lab, PAGE)
    expect(visitor.part("stMetricValue").first).to_have_text("3,538,984", timeout=PATIENCE)
    bring(visitor, path)
    expect(visitor.part("stMetricValue").first).to_have_text("62,006", timeout=PATIENCE)
    visitor.wait_until_idle()
    expect(visitor.page).to_have_url(re.compile("model=file"))
    visitor.button("Let Keras read it too").click()
    answer = visitor.part("stAlertContentSuccess")
    expect(answer).to_contain_text("counts 62,006 parameters", timeout=90_000)
    expect(answer).to_contain_text("as many as the lab, layer by layer")
    expect(visitor.main).to_contain_text("The file holds 62,006 numbers.")
    visitor.button("Open it in the builder").click()
    expect(visitor.page).to_have_url(re.compile(r"network-builder\?.*spec="), timeout=PATIENCE)


def test_a_file_that_is_none_is_one_line_and_the_page_goes_on(lab, visit, tmp_path: Path) -> None:
    visitor = visit(lab, f"{PAGE}?model=efficientnetb0", width=400, dark=True)
    expect(visitor.part("stMetricValue").first).to_have_text("at least 5,330,564", timeout=PATIENCE)
    hostile = tmp_path / "hostile.keras"
    with zipfile.ZipFile(hostile, "w") as archive:
        archive.writestr("config.json", "{}")
        archive.writestr("../../evil.py", "import os")
    bring(visitor, hostile)
    expect(visitor.part("stAlertContentError")).to_contain_text("leads elsewhere", timeout=PATIENCE)
    expect(visitor.page).to_have_url(re.compile("model=file"))
    visitor.expect_no_sideways_scrolling()
    whole = tmp_path / "net.json"
    whole.write_text('{"name": "n", "title": "<b>N</b>", "input_shape": [8, 8, 1], '
                     '"layers": [{"kind": "Flatten"}, {"kind": "Dense", "units": 5}]}')  # fmt: skip
    bring(visitor, whole)
    expect(visitor.part("stMetricValue").first).to_have_text("325", timeout=PATIENCE)
    expect(visitor.part("stAlertContentError")).to_have_count(0)
    expect(visitor.main).to_contain_text("<b>N</b>")
