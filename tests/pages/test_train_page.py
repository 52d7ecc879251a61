"""A run's page and the Welcome page without a browser; no supervisor is started."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from cnnlib.errors import RunError
from cnnlib.runs import client
from cnnlib.runs.config import RunConfig
from cnnlib.runs.files import Checkpoint, checkpoint_path, run_folder, write_checkpoint_note
from cnnlib.runs.records import Run
from cnnlib.runs.store import RunStore
from cnnlib.ui import trail
from cnnlib.ui.run_address import make_run_query
from cnnlib.ui.run_control import bar
from tests.ui.made_people import ME, OTHER, SECRET, SOMEBODY, arrive

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def quiet_supervisor(with_synthetic: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "wake", lambda: None)


def open_page(file: str = "pages/train.py", **query: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / file), default_timeout=60)
    for key, value in query.items():
        page.query_params[key] = value
    page.run()
    assert not page.exception
    assert "None" not in {markdown.value for markdown in page.markdown}, "a stray value"
    return page


def press(page: AppTest, label: str) -> None:
    (button,) = [button for button in page.button if button.label == label]
    button.click().run()
    assert not page.exception


def labels(page: AppTest) -> set[str]:
    return {button.label for button in page.button}


def make_run(status: str = "running", **given: str) -> Run:
    """A run that waits, trains or rests."""
    store, config = RunStore(), RunConfig(dataset="synthetic")
    run = store.create(config, status="queued" if status == "queued" else "starting", **given)
    if status != "queued":
        store.report(run.id, progress={})
    if status == "paused":
        store.wish(run.id, pause=True)
        store.set_paused(run.id)
    return store.get(run.id)


def make_ended_run(status: str = "finished", **given: str) -> Run:
    store = RunStore()
    config = RunConfig(network="lenet5", dataset="synthetic")
    run = store.create(config, status="starting", **given)
    path = checkpoint_path(run.id, "last")
    path.write_bytes(b"model")
    write_checkpoint_note(path, Checkpoint(5.0, 1.5, 0.45))
    store.end(run.id, status, "It ended.")
    return store.get(run.id)


def test_a_page_without_a_run_shows_the_one_under_way() -> None:
    make_ended_run()
    run = RunStore().create(RunConfig(dataset="synthetic"))
    assert open_page().query_params["run"] == run.id
    assert "run" not in open_page(new="1").query_params


@pytest.mark.parametrize("run_id", ["nope", "../../etc/passwd", "<script>", "💥"])
def test_an_unknown_run_is_one_line_and_the_form(run_id: str) -> None:
    page = open_page(run=run_id)
    (error,) = page.error
    assert "There is no run" in error.value
    assert page.selectbox(key="run_network").value == "baseline"


def test_stop_is_asked_once() -> None:
    run = RunStore().create(RunConfig(dataset="synthetic"), status="starting")
    RunStore().report(run.id, progress={})
    page = open_page(run=run.id)
    press(page, "Stop")
    assert RunStore().read_wishes(run.id).stop
    (stop,) = [button for button in page.button if button.label == "Stop"]
    assert stop.disabled
    assert any("is kept" in caption.value for caption in page.caption)


def test_an_ended_run_can_be_continued() -> None:
    run = make_ended_run()
    page = open_page(run=run.id)
    page.number_input[0].set_value(3)
    press(page, "Continue training")
    newest = RunStore().list_runs()[0]
    assert newest.config == run.continued(epochs=3, checkpoint="last")
    assert page.query_params["run"] == newest.id


def test_a_failed_run_without_a_checkpoint_offers_nothing_to_continue() -> None:
    run = RunStore().create(RunConfig(dataset="synthetic"), status="starting")
    RunStore().end(run.id, "failed", "It failed.")
    page = open_page(run=run.id)
    assert not page.error
    assert "Continue training" not in [button.label for button in page.button]
    assert not any("Go on" in markdown.value for markdown in page.markdown), "an empty heading"


@pytest.mark.parametrize("kind", ["learning_rate", "epochs", "paused"])
def test_an_ended_run_says_that_it_was_not_trained_as_it_was_set(kind: str) -> None:
    run = make_run()
    RunStore().add_event(run.id, kind, "What came of a wish.")
    RunStore().end(run.id, "finished", None)
    about = " ".join(markdown.value for markdown in open_page(run=run.id).markdown)
    assert ("Changed while it trained" in about) == (kind != "paused")


def test_a_run_waits_for_a_supervisor_that_cannot_start_and_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse() -> None:
        raise RunError("The background process did not start within 20 s.")

    page = open_page()
    monkeypatch.setattr(client, "wake", refuse)
    press(page, "Start training")
    assert not page.error
    (run,) = RunStore().list_runs()
    assert run.status == "queued"
    assert "did not start" in RunStore().events(run.id)[-1].text


def test_weights_are_asked_for_with_the_runs_id(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(client, "ask", lambda question, **named: asked.append((question, named)))
    run = make_ended_run()
    page = open_page(run=run.id)
    press(page, "Write weights.txt")
    ((question, named),) = asked
    assert question == "export_weights"
    assert (named["run"], named["checkpoint"]) == (run.id, "last")


# -- controls ------------------------------------------------------------------------------------


def test_a_run_is_paused_and_goes_on_in_place() -> None:
    run, store = make_run(), RunStore()
    page = open_page(run=run.id)
    press(page, "Pause")
    assert store.read_wishes(run.id).pause
    assert "Pause" not in labels(page)
    store.set_paused(run.id)
    page = open_page(run=run.id)
    press(page, "Resume")
    assert not store.read_wishes(run.id).pause
    assert "Pause" in labels(page)


def test_learning_rate_and_epochs_are_changed_while_it_trains() -> None:
    run, store = make_run(), RunStore()
    page = open_page(run=run.id)
    page.text_input[0].set_value("0.0005")
    press(page, "Set the rate")
    page.number_input[0].set_value(7)
    press(page, "Set the epochs")
    wishes = store.read_wishes(run.id)
    assert (wishes.learning_rate, wishes.epochs) == (0.0005, 7)
    press(page, "One more epoch")
    assert store.read_wishes(run.id).epochs == 8
    said = " ".join(caption.value for caption in page.caption)
    assert "0.0005 instead of 0.001" in said
    assert "8 epochs in all instead of 5" in said


@pytest.mark.parametrize("rate", ["0", "-1", "11", "nan", "quick", ""])
def test_a_learning_rate_that_breaks_its_rule_is_one_line(rate: str) -> None:
    run = make_run()
    page = open_page(run=run.id)
    page.text_input[0].set_value(rate)
    press(page, "Set the rate")
    (error,) = page.error
    assert "learning_rate must be" in error.value
    assert RunStore().read_wishes(run.id).learning_rate is None


def test_one_more_epoch_of_an_ended_run_is_a_run_of_ones_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = make_ended_run(owner=SOMEBODY, name="Theirs")
    arrive(monkeypatch, SECRET)
    page = open_page(run=run.id)
    press(page, "One more epoch")
    newest = RunStore().list_runs()[0]
    assert newest.config == run.continued(epochs=1, checkpoint="last")
    assert (newest.owner, newest.name) == (ME, "Theirs")
    assert page.query_params["run"] == newest.id


def test_same_but_is_the_form_with_the_runs_settings() -> None:
    run = make_ended_run()
    page = open_page(run=run.id)
    press(page, "Same but …")
    assert page.selectbox(key="run_network").value == "lenet5"
    assert "run" not in page.query_params


def test_the_way_back_from_same_but_is_one_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """The form leaves the address as it was given: another one would be a step of its own."""
    run, asked = make_ended_run(), {}
    monkeypatch.setattr(bar.PLACE, "go_to", lambda **address: asked.update(address))
    page = open_page(run=run.id)
    press(page, "Same but …")
    assert asked.keys() >= make_run_query(run.config).keys() - {"dataset"}
    form = open_page(**asked)
    assert form.query_params == asked


def say(page: AppTest, address: dict[str, str]) -> None:
    """What the browser's next click says of its address."""
    page.query_params.clear()
    page.query_params.update(address)


def test_a_click_of_a_browser_that_is_an_address_behind_leads_nobody_back() -> None:
    """It sends the address that it still shows with whatever is clicked next."""
    run = make_run()
    page = open_page(run=run.id)
    press(page, "New run")
    say(page, {"run": run.id})
    page.number_input(key="run_epochs").set_value(7).run()
    assert "Pause" not in labels(page), "the run that was left"
    assert page.number_input(key="run_epochs").value == 7
    assert dict(page.query_params) == {"new": "1", "epochs": "7"}

    form = dict(page.query_params)
    press(page, "Start training")
    (started, _) = RunStore().list_runs()
    say(page, form)
    next(box for box in page.text_input if box.label == "Name").set_value("Mine")
    press(page, "Save")
    assert RunStore().get(started.id).name == "Mine"
    assert dict(page.query_params) == {"run": started.id}


def test_a_late_click_leaves_the_settings_of_same_but() -> None:
    run = make_ended_run()
    page = open_page(run=run.id)
    press(page, "Same but …")
    say(page, {"run": run.id})
    page.number_input(key="run_epochs").set_value(7).run()
    assert page.selectbox(key="run_network").value == "lenet5"
    assert page.number_input(key="run_epochs").value == 7


def test_the_back_button_leads_from_the_form_to_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run()
    page = open_page(run=run.id)
    press(page, "New run")
    say(page, {"run": run.id})
    monkeypatch.setattr(trail, "_is_back", lambda: True)
    page.run()
    assert "Pause" in labels(page)


def test_a_waiting_run_says_that_the_disk_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page(run=make_run("queued").id)
    assert not page.warning
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=1000))
    page.run()
    (warning,) = page.warning
    assert "The disk is full, so nothing that waits is started" in warning.value


def test_the_queue_is_shown_and_ones_own_run_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    arrive(monkeypatch, SECRET)
    make_run("running", owner=SOMEBODY)
    ids = [make_run("queued", owner=owner).id for owner in (SOMEBODY, ME, ME)]
    page = open_page(run=ids[2])
    assert "2 runs wait before it in the queue" in {box.label for box in page.expander}
    keys = {button.key for button in page.button}
    assert f"up_{ids[2]}" in keys
    assert f"up_{ids[0]}" not in keys, "somebody else's"
    page.button(key=f"up_{ids[2]}").click().run()
    assert RunStore().queue.list_waiting() == [ids[0], ids[2], ids[1]]
    assert "1 run waits before it in the queue" in {box.label for box in page.expander}
    page.button(key=f"cancel_{ids[1]}").click().run()
    assert RunStore().queue.list_waiting() == [ids[0], ids[2]]


def test_a_waiting_run_is_cancelled() -> None:
    run = make_run("queued")
    page = open_page(run=run.id)
    assert not labels(page) & {"Pause", "Resume", "Stop"}
    (cancel,) = [each for each in page.button if each.label == "Cancel" and not each.key]
    cancel.click().run()
    assert RunStore().get(run.id).status == "stopped"


def test_name_tags_and_note_are_said_and_shown_as_they_are() -> None:
    run = make_run()
    page = open_page(run=run.id)
    next(box for box in page.text_input if box.label == "Name").set_value("A *bold* [name](x)")
    page.text_area[0].set_value("# Not a heading <b>")
    press(page, "Save")
    saved = RunStore().get(run.id)
    assert (saved.name, saved.note) == ("A *bold* [name](x)", "# Not a heading <b>")
    assert page.title[0].value == r"A \*bold\* \[name\](x)"
    assert [text.value for text in page.text] == ["# Not a heading <b>"]


def test_deleting_is_asked_twice_and_says_what_it_frees() -> None:
    run = make_ended_run()
    page = open_page(run=run.id)
    size = sum(path.stat().st_size for path in run_folder(run.id).iterdir())
    assert any(f"Frees {size} B" in markdown.value for markdown in page.markdown)
    (delete,) = [button for button in page.button if button.label == "Delete for good"]
    assert delete.disabled
    page.checkbox[0].check().run()
    press(page, "Delete for good")
    assert RunStore().list_runs() == []


def test_a_run_that_trains_is_stopped_before_it_is_deleted() -> None:
    run = make_run()
    page = open_page(run=run.id)
    page.checkbox[0].check().run()
    press(page, "Delete for good")
    wishes = RunStore().read_wishes(run.id)
    assert wishes.stop
    assert wishes.delete
    assert any("deleted then" in caption.value for caption in page.caption)


CONTROLS = {"Pause", "Resume", "Stop", "Cancel", "Set the rate", "Set the epochs", "Save",
            "Delete for good"}  # fmt: skip


@pytest.mark.parametrize("status", ["queued", "running", "paused", "ended"])
def test_anothers_run_can_be_looked_at_only(monkeypatch, status: str) -> None:
    run = make_ended_run(owner=ME) if status == "ended" else make_run(status, owner=ME)
    assert not labels(open_page(run=run.id)) & CONTROLS
    arrive(monkeypatch, OTHER)
    page = open_page(run=run.id)
    assert not labels(page) & CONTROLS
    assert any("not control it" in caption.value for caption in page.caption)
    assert "Same but …" in labels(page)
    arrive(monkeypatch, SECRET)
    assert labels(open_page(run=run.id)) & CONTROLS


@pytest.mark.parametrize("label", ["Pause", "Stop", "Set the rate", "Set the epochs",
                                   "One more epoch", "Save", "Delete for good"])  # fmt: skip
def test_a_button_that_is_older_than_its_right_does_nothing(monkeypatch, label: str) -> None:
    """The page was drawn for the owner; somebody else presses what it shows."""
    arrive(monkeypatch, SECRET)
    run = make_run(owner=ME)
    page = open_page(run=run.id)
    if label == "Delete for good":
        page.checkbox[0].check().run()
    before = RunStore().get(run.id)
    arrive(monkeypatch, OTHER)
    press(page, label)
    assert RunStore().get(run.id) == before
    assert not labels(page) & CONTROLS


@pytest.mark.parametrize("label", ["Pause", "Stop", "Set the rate", "One more epoch", "Save"])
@pytest.mark.parametrize("fate", ["deleted", "ended"])
def test_a_run_may_end_or_go_between_two_clicks(label: str, fate: str) -> None:
    run, store = make_run(), RunStore()
    page = open_page(run=run.id)
    store.end(run.id, "finished", "It ended.")
    if fate == "deleted":
        store.delete([run.id])
    press(page, label)
    if fate == "deleted":
        (error,) = page.error
        assert "There is no run" in error.value
    else:
        assert not page.error
        assert "Pause" not in labels(page)


# -- following -----------------------------------------------------------------------------------


def test_a_class_follows_a_run_without_buttons() -> None:
    run = make_run()
    page = open_page(run=run.id, follow="1")
    assert labels(page) == {"The run's own page"}
    press(page, "The run's own page")
    assert dict(page.query_params) == {"run": run.id}
    assert "Pause" in labels(page)


def test_a_class_follows_a_person_from_run_to_run() -> None:
    page = open_page(follow=ME)
    assert "No run of guest" in page.info[0].value
    make_run(owner=SOMEBODY)
    first = make_ended_run(owner=ME, name="First")
    page.run()
    assert page.title[0].value == first.name
    make_run(owner=ME, name="Second")
    page.run()
    assert page.title[0].value == "Second"
    assert not labels(page) & CONTROLS


def test_another_persons_run_is_not_ones_own_under_way(monkeypatch) -> None:
    """With thirty people, the Train page is the form, not somebody's run."""
    make_run(owner=SOMEBODY)
    arrive(monkeypatch, SECRET)
    assert "run" not in open_page().query_params
    mine = make_run(owner=ME)
    assert open_page().query_params["run"] == mine.id


def test_the_welcome_page_shows_images_and_the_way_on() -> None:
    page = open_page("streamlit_app.py")
    assert not page.error
    assert any("synthetic" in markdown.value for markdown in page.markdown)
