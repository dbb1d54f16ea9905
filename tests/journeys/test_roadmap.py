"""A team writes its roadmap, the tutor sends it back, the team revises it, the tutor accepts it."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Meet, follow

COURSE = "Big Data and skills gap"


def own_work(meet: Meet, *, width: int = 1280) -> Page:
    page = meet("participant", width=width).go("/home")
    follow(page.get_by_role("link", name=COURSE, exact=True).first)
    course = page.get_by_role("navigation", name="Course", exact=True)
    follow(course.get_by_role("link", name="Team work"))
    return page


def submit(page: Page) -> None:
    page.get_by_role("button", name="Submit to your tutor").click()
    page.get_by_role("dialog").get_by_role("button", name="Submit", exact=True).click()
    expect(page.get_by_text(re.compile("Submitted")).first).to_be_visible()
    expect(page.get_by_role("button", name="Submit to your tutor")).to_have_count(0)


def open_review(tutor: Page) -> None:
    tutor.get_by_role("navigation", name="Main").get_by_role("link", name="To review").click()
    follow(tutor.get_by_role("link", name=re.compile("Formación para los empleos de datos")).first)


def choose_levels(tutor: Page, nth: int) -> None:
    criteria = tutor.get_by_role("region", name="Rubric").get_by_role("group")
    expect(criteria.first).to_be_visible()
    tutor.wait_for_load_state()
    for criterion in criteria.all():
        criterion.get_by_role("radio").nth(nth).check()


def test_a_roadmap_goes_back_and_forth_until_it_is_accepted(meet: Meet) -> None:
    team = own_work(meet, width=375)
    expect(team.get_by_text("Returned for revision").first).to_be_visible()

    team.get_by_role("link", name="Edit: What we will do").click()
    box = team.locator("textarea[name=body]")
    box.fill(box.input_value() + "\n\n7. Publicar los resultados cada seis meses.")
    team.get_by_role("button", name="Save section").click()
    expect(team.get_by_text("Publicar los resultados cada seis meses.")).to_be_visible()
    team.get_by_role("link", name="Add a milestone").click()
    team.get_by_label("Milestone", exact=True).fill("Resultados publicados")
    team.get_by_label("Owner").fill("Oficina de estadística")
    team.get_by_label("By").fill("2028-06-30")
    team.get_by_role("button", name="Save milestone").click()
    expect(team.get_by_text("Resultados publicados")).to_be_visible()
    submit(team)
    expect(team.get_by_role("link", name="Edit: What we will do")).to_have_count(0)

    tutor = meet("tutor").page
    open_review(tutor)
    expect(tutor.locator("ins").filter(has_text="Publicar los resultados").first).to_be_visible()
    tutor.get_by_role("button", name=re.compile("^Accept")).click()
    expect(tutor.get_by_text("Choose a level").first).to_be_visible()
    choose_levels(tutor, 1)
    tutor.get_by_label("Message to the team").fill("Falta un indicador para el último hito.")
    tutor.get_by_role("button", name="Return for revision").click()
    tutor.wait_for_url("**/reviews")

    team = own_work(meet)
    expect(team.get_by_text("Falta un indicador para el último hito.")).to_be_visible()
    team.get_by_role("link", name=re.compile("^Edit.*Resultados publicados")).click()
    team.get_by_label("We will know because").fill("Boletín publicado en la red")
    team.get_by_role("button", name="Save milestone").click()
    submit(team)

    open_review(tutor)
    expect(tutor.locator("ins").filter(has_text="Boletín").first).to_be_visible()
    choose_levels(tutor, 3)
    tutor.get_by_label("Message to the team").fill("Listo para llevar a la dirección.")
    follow(tutor.get_by_role("button", name=re.compile("^Accept")))

    team = own_work(meet)
    expect(team.get_by_text("Accepted").first).to_be_visible()
    expect(team.get_by_text("Listo para llevar a la dirección.")).to_be_visible()


def test_a_draft_of_a_review_is_seen_by_nobody_of_the_team(meet: Meet) -> None:
    tutor = meet("tutor").page
    tutor.get_by_role("navigation", name="Main").get_by_role("link", name="To review").click()
    first = tutor.get_by_role("main").get_by_role("heading", level=3).get_by_role("link").first
    follow(first)
    tutor.get_by_label("Message to the team").fill("Un borrador que nadie debe leer.")
    tutor.get_by_role("button", name="Save draft").click()
    expect(tutor.get_by_text(re.compile("[Ss]aved")).first).to_be_visible()

    team = own_work(meet)

    assert "Un borrador que nadie debe leer." not in team.content()
