"""The whole circle in a browser, in both languages: an officer works, mining finds, a redesign is tried and decided."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import WIDTHS, Office

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(900), pytest.mark.xdist_group("casework")]
Enter = Callable[..., Page]
KEY = "vat_credit_refund"

WORDS = {
    "zh": {"inbox": "待办任务", "bottleneck": "退税复核", "promoted": "已推广"},
    "en": {
        "inbox": "Inbox",
        "bottleneck": "Second review",
        "side_by_side": "Let another post help",
        "promoted": "promoted",
    },
}
APPLICATION = {
    "taxpayer_id": "91310000DEMO999999",
    "taxpayer_name": "浏览器演示有限公司",
    "tax_period": "2026-06",
    "credit_balance": "90000.00",
    "refund_amount": "60000.00",
    "doubtful_invoices": "0",
    "bank_name": "演示银行",
    "bank_account": "6222000099998888",
    "applied_on": "2026-06-30",
}


def shoot(page: Page, folder: Path, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=folder / f"{name}.png", full_page=True)


def fits(page: Page) -> None:
    """Nothing sticks out of the page to the right."""
    wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide[0] <= wide[1], page.url


def drawn(page: Page, id: str = "diagram") -> None:
    """The diagram is there, and the mark of bpmn.io on it can be seen, as its licence asks."""
    expect(page.locator(f"#{id}[data-ready=yes]")).to_be_visible()
    expect(page.locator(f"#{id} .bjs-powered-by")).to_be_visible()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_circle_closes(enter: Enter, office: Office, screenshots: Path, language: str) -> None:
    said = WORDS[language]
    an_officer_opens_and_works_a_case(enter, office, screenshots, language)
    a_manager_sees_the_bottleneck(enter, office, screenshots, language, said)
    owner = enter("process_owner", language)
    propose_and_simulate(owner, office, screenshots, language)
    owner.locator("form[action$='/trial'] input[name=share]").fill("50")
    owner.once("dialog", lambda dialog: dialog.accept())
    owner.locator("form[action$='/trial'] button").click()
    owner.wait_for_url("**/improvement/trials/*")
    shoot(owner, screenshots, f"{language}-trial-begins")
    trial = owner.url
    office.work(timedelta(days=60))
    owner = enter("process_owner", language)  # the sign-in of two months ago has ended
    owner.goto(trial)
    expect(owner.locator("main .interval")).to_be_visible()
    shoot(owner, screenshots, f"{language}-trial-compared")
    owner.fill("#remark", "成效明显 / clear effect")
    owner.click("button[name=decision][value=promote]")
    expect(owner.locator(".head .chip.good")).to_have_text(said["promoted"])
    owner.goto(f"{office.address}/improvement")
    expect(owner.locator("main")).to_contain_text(said["promoted"])
    shoot(owner, screenshots, f"{language}-ledger")
    owner.goto(f"{office.address}/procedures/{KEY}")
    drawn(owner)
    expect(owner.locator(".head")).to_contain_text("2")
    shoot(owner, screenshots, f"{language}-procedure")


def an_officer_opens_and_works_a_case(enter: Enter, office: Office, screenshots: Path, language: str) -> None:
    officer = enter("officer", language)
    expect(officer.locator("aside nav")).to_contain_text(WORDS[language]["inbox"])
    shoot(officer, screenshots, f"{language}-home")
    officer.goto(f"{office.address}/new/{KEY}")
    for name, value in APPLICATION.items():
        officer.fill(f"[name={name}]", value)
    officer.click("form[data-draft] button.btn-primary")
    expect(officer.locator(".field.wrong .error")).to_be_visible()  # the credit rating is missing
    assert officer.input_value("[name=bank_name]") == APPLICATION["bank_name"], "nothing typed is lost"
    shoot(officer, screenshots, f"{language}-form-error")
    officer.select_option("[name=credit_rating]", "A")
    officer.click("form[data-draft] button.btn-primary")
    officer.wait_for_url("**/cases/*")
    drawn(officer)
    shoot(officer, screenshots, f"{language}-case")
    officer.goto(f"{office.address}/inbox")
    shoot(officer, screenshots, f"{language}-inbox")
    first = officer.locator("table .main-link").first
    if first.count():
        first.click()
        shoot(officer, screenshots, f"{language}-task")


def a_manager_sees_the_bottleneck(
    enter: Enter, office: Office, screenshots: Path, language: str, said: dict[str, str]
) -> None:
    manager = enter("manager", language)
    shoot(manager, screenshots, f"{language}-manager-home")
    manager.goto(f"{office.address}/analysis/{KEY}")
    manager.wait_for_selector(".tabs")
    drawn(manager)
    expect(manager.locator("tbody tr").first).to_contain_text(said["bottleneck"])
    for tab in ("bottlenecks", "flow", "variants", "conformance", "timeliness", "people"):
        manager.goto(f"{office.address}/analysis/{KEY}?tab={tab}")
        fits(manager)
        shoot(manager, screenshots, f"{language}-analysis-{tab}")


def propose_and_simulate(owner: Page, office: Office, screenshots: Path, language: str) -> None:
    owner.goto(f"{office.address}/improvement/{KEY}")
    owner.click("form[action$='/propose'] button")
    owner.wait_for_selector(".proposal-line")
    shoot(owner, screenshots, f"{language}-proposals")
    owner.locator(".proposal-line a.main-link").first.click()
    drawn(owner, "before")
    drawn(owner, "after")
    owner.fill("#s-share", "50")
    owner.fill("#s-cases", "100")
    owner.click("form[action$='/simulate'] button")
    owner.wait_for_selector("main .interval")
    shoot(owner, screenshots, f"{language}-promise")


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_fit_every_width(enter: Enter, office: Office, screenshots: Path, width: str) -> None:
    pages = {
        "officer": ("/", "/inbox", "/inbox?tab=done", "/cases", "/new", f"/new/{KEY}", "/procedures", "/account"),
        "process_owner": (f"/procedures/{KEY}", f"/procedures/{KEY}/1/edit", "/improvement", "/analysis/import"),
        "administrator": ("/staff",),
    }
    for role, addresses in pages.items():
        page = enter(role, "zh", width)
        for address in addresses:
            page.goto(office.address + address)
            page.wait_for_load_state("networkidle")
            fits(page)
            shoot(
                page, screenshots, f"{width}-{role}-{address.strip('/').replace('/', '-').replace('?', '-') or 'home'}"
            )


def test_the_editor_checks_and_deploys(enter: Enter, office: Office, screenshots: Path) -> None:
    owner = enter("process_owner", "zh")
    owner.goto(f"{office.address}/procedures/{KEY}/1/edit")
    expect(owner.locator("#modeler[data-ready=yes]")).to_be_visible()
    expect(owner.locator("#canvas .bjs-powered-by")).to_be_visible()
    owner.click("#check")
    expect(owner.locator("#saying")).to_have_class("small text-success")
    owner.evaluate(
        "document.getElementById('modeler').modeler.get('selection').select("
        "document.getElementById('modeler').modeler.get('elementRegistry').get('accept'))"
    )
    expect(owner.locator("[data-field=en] input")).to_have_value("Accept and check papers")
    owner.fill("[data-field=due] input", "not FEEL at (")
    owner.locator("[data-field=due] input").blur()
    owner.click("#check")
    expect(owner.locator("#saying")).to_have_class("small text-danger")
    shoot(owner, screenshots, "editor-problem")
    owner.fill("[data-field=due] input", 'duration("P3D")')
    owner.locator("[data-field=due] input").blur()
    owner.fill("#note", "受理时限改为三个工作日")
    owner.click("#deploy")
    owner.wait_for_url(f"**/procedures/{KEY}/2")
    expect(owner.locator("main")).to_contain_text("受理时限改为三个工作日")
    shoot(owner, screenshots, "editor-deployed")
