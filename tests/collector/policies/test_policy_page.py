"""The policy is changed on its page, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from chromium import sound, watched_page
from collector.hall_of_doors import hall
from collector.served_centre import SITE_KEY, app_of, book_of, centre_of, serving
from gate_agent.contract.codes import code_digest
from gate_agent.contract.identity import mask_number, person_ref
from gate_agent.emulation.people import synthetic_card
from gate_collector.policies.book import PolicyBook

pytestmark = pytest.mark.browser
_NUMBER = synthetic_card(1).number


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[tuple[Page, PolicyBook]]:
    with hall(tmp_path) as one, watched_page(browser) as watched:
        one.west.passage()
        one.settle()
        book = book_of(one)
        with serving(app_of(centre_of(one, book.in_force), book)) as client:
            watched.page.goto(f"{client.base_url}/policy")
            yield watched.page, book
        assert watched.hosts == {"127.0.0.1"}


def _sign(page: Page, action: str) -> None:
    form = page.locator("form", has=page.get_by_role("button", name=action, exact=True))
    form.get_by_label("经办人").fill("王科长")
    form.get_by_label("原因").fill("升级")
    form.get_by_role("button", name=action, exact=True).click()


def test_the_mode_is_changed_with_who_and_why(opened: tuple[Page, PolicyBook]) -> None:
    page, book = opened
    page.get_by_label("封闭管理").check()

    _sign(page, "发布")

    expect(page.locator("h2").first).to_contain_text("封闭管理 · 第 1 版")
    assert (book.issues()[0].by, book.issues()[0].why) == ("王科长", "升级")


def test_a_bad_sheet_names_its_lines_and_a_good_one_is_taken_once_it_was_looked_at(
    opened: tuple[Page, PolicyBook], tmp_path: Path
) -> None:
    page, book = opened
    bad, good = tmp_path / "bad.csv", tmp_path / "good.csv"
    bad.write_text(f"证件号码\n{_NUMBER}\n123\n", encoding="utf-8")
    good.write_text(f"科室,证件号码\n甲,{_NUMBER}\n", encoding="utf-8")
    page.locator("[data-kind]").select_option("roster")
    page.locator("[type=file]").set_input_files(bad)
    _sign(page, "核对")
    expect(page.locator("form[data-sheet] .fault")).to_contain_text("第 3 行")
    assert book.newest().roster == ()

    page.locator("[type=file]").set_input_files(good)
    _sign(page, "核对")
    look = page.locator(".look")
    expect(look).to_contain_text("新增1")
    expect(look.locator("[data-told=first]")).to_have_text(f"2: {mask_number(_NUMBER)}")
    expect(look.locator("[data-told=ignored]")).to_have_text("科室")
    assert book.newest().roster == ()
    sound(page)
    page.get_by_role("button", name="发布导入").click()

    expect(page.locator("h2").first).to_contain_text("第 1 版")
    assert [entry.person_ref for entry in book.newest().roster] == [person_ref(_NUMBER, SITE_KEY)]


def test_another_file_is_looked_at_again(opened: tuple[Page, PolicyBook], tmp_path: Path) -> None:
    page, book = opened
    page.locator("[data-kind]").select_option("roster")
    for n in (1, 2):
        file = tmp_path / f"{n}.csv"
        file.write_text(f"证件号码\n{synthetic_card(n).number}\n", encoding="utf-8")
        page.locator("[type=file]").set_input_files(file)
        expect(page.locator(".look")).to_be_hidden()
        _sign(page, "核对")
        expect(page.locator(".look")).to_be_visible()
    assert book.newest().version == 0


def test_one_appointment_is_booked_and_its_number_is_not_kept(
    opened: tuple[Page, PolicyBook],
) -> None:
    page, book = opened
    page.get_by_label("证件号码", exact=True).fill(_NUMBER)
    page.get_by_label("绿色通道", exact=True).check()
    page.get_by_role("textbox", name="预约码").fill("7F3K9Q2MX4")

    _sign(page, "预约")

    expect(page.locator("h2").first).to_contain_text("第 1 版")
    (entry,) = book.newest().appointments
    assert (entry.person_ref, entry.green_channel) == (person_ref(_NUMBER, SITE_KEY), True)
    assert entry.code_sha256 == code_digest("7F3K9Q2MX4")
    assert _NUMBER not in str(book.document(1))
