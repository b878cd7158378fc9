"""The sealed list as the district's office meets it: a file, a real browser, no network."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, expect

from chromium import KIOSK, PHONE, Browsers, sound, watched_page
from collector.contacts.crowd import a_crowd
from collector.hall_of_doors import hall, ref
from collector.handed import NAME, NUMBER, PRIVATE, a_case
from collector.served_centre import app_of, centre_of, serving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def handed(browsers: Browsers, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """Export from the page of the case; return the saved file, the password, the told digest."""
    folder = tmp_path_factory.mktemp("handed")
    with hall(folder) as one, browsers.lent() as browser, watched_page(browser) as watched:
        a_case(one)
        page = watched.page
        with serving(app_of(centre_of(one), private=PRIVATE)) as client:
            page.goto(f"{client.base_url}/contacts/west-1f/hold-1")
            form = page.locator("form[data-export]")
            form.get_by_label("经办人").fill("王科长")
            form.get_by_label("原因").fill("报送区疫情防控办")
            form.get_by_role("button", name="导出加密名单").click()
            expect(page.locator("#exported")).to_be_visible()
            sound(page)
            with page.expect_download() as download:
                page.locator("#file").click()
            file = folder / download.value.suggested_filename
            download.value.save_as(file)
            password = page.locator("#exported .password").inner_text()
            digest = page.locator("#exported code").inner_text()
            assert watched.faults == []
            assert watched.hosts == {"127.0.0.1"}
    return file, password, digest


def test_the_file_is_named_by_door_and_time_and_is_what_was_recorded(
    handed: tuple[Path, str, str],
) -> None:
    file, _, digest = handed

    assert file.name == "密切接触者-west-1f-20261124-1000.html"
    assert sha256(file.read_bytes()).hexdigest() == digest
    assert NAME not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("size", [KIOSK, PHONE])
def test_the_office_opens_it_with_the_password_saves_and_prints_it(
    browser: Browser, handed: tuple[Path, str, str], size: tuple[int, int], tmp_path: Path
) -> None:
    file, password, _ = handed
    with watched_page(browser, size) as watched:
        page = watched.page
        page.goto(file.as_uri())
        sound(page)
        page.get_by_label("口令").fill("2222-2222-2222-2222")
        page.get_by_role("button", name="打开").click()
        expect(page.get_by_role("alert")).to_contain_text("口令不对")
        assert NAME not in page.content()

        page.get_by_label("口令").fill(password.lower().replace("-", " "))
        page.get_by_role("button", name="打开").click()

        expect(page.locator("#patient tbody tr").first).to_contain_text("周建国")
        expect(page.locator("#table tbody tr")).to_have_count(1)
        expect(page.locator("#table tbody tr")).to_contain_text(f"{NAME}{NUMBER}")
        expect(page.locator("h1")).to_have_text("密切接触者名单")
        sound(page)
        with page.expect_download() as download:
            page.get_by_role("button", name="保存为 XLSX").click()
        download.value.save_as(tmp_path / "list.xlsx")
        assert load_workbook(tmp_path / "list.xlsx")["名单"]["C2"].value == NAME
        assert page.pdf().startswith(b"%PDF")
        assert watched.faults == []
        assert watched.hosts <= {file.as_uri(), page.url} | {
            host for host in watched.hosts if host.startswith("blob:")
        }


def test_a_touched_file_opens_with_no_password(
    browser: Browser, handed: tuple[Path, str, str], tmp_path: Path
) -> None:
    file, password, _ = handed
    whole = file.read_text(encoding="utf-8")
    before, mark, text = whole.partition('"text": "')
    touched = tmp_path / "touched.html"
    other = "B" if text[100] == "A" else "A"
    touched.write_text(before + mark + text[:100] + other + text[101:], encoding="utf-8")
    with watched_page(browser) as watched:
        page = watched.page
        page.goto(touched.as_uri())
        page.get_by_label("口令").fill(password)
        page.get_by_role("button", name="打开").click()

        expect(page.get_by_role("alert")).to_contain_text("文件已损坏")


def test_many_are_chosen_judged_and_followed_with_a_few_taps(
    browser: Browser, tmp_path: Path
) -> None:
    with hall(tmp_path) as one, watched_page(browser, PHONE) as watched:
        a_crowd(one, 30)
        page = watched.page
        with serving(app_of(centre_of(one), private=PRIVATE)) as client:
            page.goto(f"{client.base_url}/contacts/west-1f/hold-1")
            page.locator("[data-pick-state]").click()
            expect(page.locator("#picked-count")).to_have_text("已选 30 人")
            page.locator("#judge [name=by]").fill("王科长")
            page.locator("#judge button").click()
            expect(page.locator("tr[data-state=confirmed]")).to_have_count(30)
            expect(page.locator("#picked[data-ready]")).to_be_visible()

            client.post(
                "/contacts/west-1f/hold-1",
                json={"by": "李四", "state": "dismissed", "reason": "隔着玻璃",
                      "people": [{"person_ref": ref("queue 0"), "seen": 1}]},
            )  # fmt: skip
            page.locator("[data-closeness=same_minute] [data-pick-group]").click()
            page.locator("#judge [name=state]").select_option("transferred")
            page.locator("#judge [name=by]").fill("王科长")
            page.locator("#judge button").click()
            expect(page.locator("#judge .fault")).to_contain_text("已排除”（李四）")
            expect(page.locator("tr.changed")).to_have_count(1)
            sound(page)

            one.clock.advance(86400)
            page.goto(f"{client.base_url}/contacts/due")
            page.locator("[data-pick-group]").click()
            page.locator("#follow [name=by]").fill("王科长")
            page.locator("#follow button").click()
            expect(page.locator(".none")).to_have_text("今天没有需要随访的人员")
            assert [fault for fault in watched.faults if "409" not in fault] == []
