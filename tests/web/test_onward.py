"""Where one goes after signing in: only to paths of this site."""

import pytest

from app.models import PlatformRole
from app.web.onward import landing, path_within

ELSEWHERE = [
    *(
        "//evil.example",
        "///evil.example",
        "////evil.example",
        "/\\evil.example",
        "\\\\evil.example",
    ),
    *(
        "/\\/evil.example",
        "\\/evil.example",
        "https://evil.example",
        "http:evil.example",
        "https:/e",
    ),
    *("HTTPS://evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x"),
    *("vbscript:x", "mailto:a@evil.example", "//evil.example/%2f..", "//evil.example\\@here"),
    *("/\t/evil.example", "/\n/evil.example", "/\r\n/evil.example", "\t//evil.example"),
    *("/home\r\nSet-Cookie: a=b", "/home\r\n\r\n<script>", "\x00//evil.example", " //evil.example"),
    *("/\x0b/evil.example", "/ /evil.example", "\u200b//evil.example"),
    *(
        "//evil%E3%80%82example",
        "//[::1]",
        "//user:pass@evil.example",
        "@evil.example",
        "evil.example",
    ),
    *(
        "//\u0435vil.example",
        "\uff0f\uff0fevil.example",
        "/.//evil.example",
        "/..//evil.example",
        "/a/..//e",
    ),
    *("", "home", "?next=/", "#home", ".", "/" + "a" * 2000),
]


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_nothing_leads_to_another_site(wanted: str) -> None:
    assert path_within(wanted) == ""


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/", "/"),
        ("/home", "/home"),
        ("/courses/big-data/2026?lang=pt#people", "/courses/big-data/2026?lang=pt#people"),
        ("/statistics?by=country&by=gender", "/statistics?by=country&by=gender"),
        ("/courses/%C3%B1u", "/courses/%C3%B1u"),
        ("/courses/ñu", "/courses/%C3%B1u"),
        ("/\u2028/evil.example", "/%E2%80%A8/evil.example"),
        ('/home?q="<b>', "/home?q=%22%3Cb%3E"),
        ("/verify/a?to=https://evil.example", "/verify/a?to=https://evil.example"),
    ],
)
def test_a_path_of_ours_is_kept(wanted: str, led_to: str) -> None:
    assert path_within(wanted) == led_to


def test_the_day_begins_where_the_work_is() -> None:
    assert landing(None) == "/home"
    assert {landing(role) for role in PlatformRole} == {"/editions"}
