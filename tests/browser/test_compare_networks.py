"""Networks side by side in a browser: another image, a link, a narrow window."""

import re

from playwright.sync_api import expect

PAGE = "networks-compared"


def test_another_image_for_all_is_in_the_link(lab, visit) -> None:
    visitor = visit(lab, f"{PAGE}?networks=lenet5,baseline")
    # One chart more where this lab has finished runs, from another test perhaps.
    expect(visitor.page.locator(".js-plotly-plot").nth(2)).to_be_attached(timeout=30_000)
    names = visitor.page.locator(".js-plotly-plot").first.locator(".textpoint text")
    expect(names).to_have_text(["LeNet-5", "Baseline"])
    visitor.main.get_by_role("button", name="MACs", exact=True).or_(
        visitor.main.get_by_role("radio", name="MACs", exact=True)
    ).first.click()
    expect(visitor.page).to_have_url(re.compile("of=macs"))
    expect(visitor.page.locator(".ytitle", has_text="MACs so far")).to_be_visible()
    second = visit(lab, visitor.page.url.split("/", 3)[3], width=400, dark=True)
    expect(second.page.locator(".ytitle", has_text="MACs so far")).to_be_visible(timeout=30_000)
    second.expect_no_sideways_scrolling()
