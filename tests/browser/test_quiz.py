"""The quiz in a browser: answer by keyboard, a hint, the next question, a shared link."""

import re

from playwright.sync_api import expect

PAGE = "shapes-quiz"


def test_a_class_answers_the_question_of_a_shared_link(lab, visit) -> None:
    visitor = visit(lab, f"{PAGE}?level=hard&seed=2")
    box = visitor.page.locator(".lab-quiz-box")
    expect(box.nth(2)).to_contain_text("?")
    for label, number in (("Height", 14), ("Width", 14), ("Channels", 16), ("Parameters", 2320)):
        visitor.main.get_by_role("spinbutton", name=label).fill(str(number))
    visitor.main.get_by_role("spinbutton", name="Parameters").press("Enter")
    expect(box.nth(2)).to_contain_text("1,168", timeout=30_000)
    expect(visitor.part("stAlertContentWarning")).to_contain_text("In groups")
    expect(visitor.part("stMetricValue").first).to_have_text("1 of 2")
    visitor.button("Next question").click()
    expect(visitor.page).to_have_url(re.compile("seed=3"))
    expect(visitor.button("Reveal")).to_be_visible()
    other = visit(lab, f"{PAGE}?level=hard&seed=2", width=400, dark=True)
    expect(other.page.locator(".lab-quiz-box").nth(1)).to_contain_text("groups=2")
    expect(other.part("stMetricValue").first).to_have_text("0 of 0")
    other.expect_no_sideways_scrolling()
