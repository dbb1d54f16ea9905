"""What a browser is called in the list of sign-ins."""

import pytest

from app.web.browsers import browser_named

CHROME = "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (CHROME.format("Linux; Android 10; K"), "Chrome, Android"),
        (CHROME.format("Windows NT 10.0; Win64; x64") + " Edg/130.0", "Edge, Windows"),
        (CHROME.format("X11; CrOS x86_64 14541.0.0"), "Chrome, ChromeOS"),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            "Firefox, Linux",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1",
            "Safari, iPhone",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.0 Safari/605.1.15",
            "Safari, macOS",
        ),
        ("curl/8.5.0", ""),
        ("<script>Firefox/1</script>", "Firefox"),
        ("", ""),
    ],
)
def test_a_browser_has_a_name_its_owner_knows(user_agent: str, name: str) -> None:
    assert browser_named(user_agent) == name
