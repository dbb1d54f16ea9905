"""What one course offers besides its pages: a film of another house, a link, and a virtual visit.

None of it counts: what people have done of the course, and their certificates, are as without it.
"""

from collections import Counter
from io import BytesIO
from typing import Literal

from PIL import Image, ImageDraw
from pydantic import Field

from app.demo.courses import Plain, Texts, read_toml
from app.demo.rows import Rows, named
from app.demo.shelf import Shelf
from app.demo.stage import Stage
from app.demo.texts import TEXTS
from app.models import (
    Activity,
    ActivityAddress,
    ActivityFile,
    ActivityKind,
    ActivityText,
    Edition,
    FileRole,
    Hotspot,
    Module,
    Scene,
)

#: The course that has it.
SHOWN_IN = "vocational-training-and-green-jobs"
SIZE = (2048, 1024)


class Added(Plain):
    module: int
    minutes: int
    title: Texts
    body: Texts


class LeadText(Added):
    url: str
    name: str
    instead: Texts


class PointText(Plain):
    yaw: int
    pitch: int
    title: Texts
    text: Texts = Field(default_factory=dict)
    leads_to: int = 0


class SceneText(Plain):
    drawing: Literal["workshop", "yard"]
    title: Texts
    text: Texts
    point: tuple[PointText, ...]


class VisitText(Added):
    scene: tuple[SceneText, ...]


class ElsewhereTexts(Plain):
    film: LeadText
    link: LeadText
    visit: VisitText


def add_elsewhere(stage: Stage, edition: Edition) -> None:
    texts = read_toml(TEXTS / "elsewhere.toml", ElsewhereTexts, "elsewhere.toml")
    rows = stage.rows
    for kind, lead in ((ActivityKind.EMBED, texts.film), (ActivityKind.LINK, texts.link)):
        activity = _activity(rows, edition, kind, lead)
        for language, instead in lead.instead.items():
            rows.add(
                ActivityAddress(
                    id=named("address", activity.id, language),
                    activity_id=activity.id,
                    language=language,
                    url=lead.url,
                    title=lead.name,
                    instead=instead.strip(),
                )
            )
    _add_scenes(
        rows, stage.shelf, _activity(rows, edition, ActivityKind.PANORAMA, texts.visit), texts.visit
    )


def _activity(rows: Rows, edition: Edition, kind: ActivityKind, added: Added) -> Activity:
    """The last one of its module."""
    (module,) = (
        one
        for one in rows.of(Module)
        if one.edition_id == edition.id and one.position == added.module
    )
    there = Counter(one.module_id for one in rows.of(Activity))[module.id]
    activity = rows.add(
        Activity(
            id=named("activity", module.id, kind),
            edition_id=edition.id,
            module_id=module.id,
            position=there + 1,
            kind=kind,
            title=added.title,
            minutes=added.minutes,
            counts=False,
        )
    )
    for language, body in added.body.items():
        rows.add(
            ActivityText(
                id=named("text", activity.id, language),
                activity_id=activity.id,
                language=language,
                body=body,
            )
        )
    return activity


def _add_scenes(rows: Rows, shelf: Shelf, activity: Activity, visit: VisitText) -> None:
    ids = [named("scene", activity.id, number) for number, _one in enumerate(visit.scene, 1)]
    for number, text in enumerate(visit.scene, 1):
        offered = _add_picture(rows, shelf, activity, number, text)
        scene = rows.add(
            Scene(
                id=ids[number - 1],
                activity_id=activity.id,
                picture_id=offered.id,
                position=number,
                title=text.title,
                text=text.text,
            )
        )
        for position, point in enumerate(text.point, 1):
            rows.add(
                Hotspot(
                    id=named("hotspot", scene.id, position),
                    scene_id=scene.id,
                    leads_to_id=ids[point.leads_to - 1] if point.leads_to else None,
                    position=position,
                    yaw=point.yaw,
                    pitch=point.pitch,
                    title=point.title,
                    text=point.text,
                )
            )


def _add_picture(
    rows: Rows, shelf: Shelf, activity: Activity, number: int, text: SceneText
) -> ActivityFile:
    name = f"{text.drawing}.jpg"
    kept = rows.add(shelf.keep_bytes(drawn(text.drawing), name=name, content_type="image/jpeg"))
    return rows.add(
        ActivityFile(
            id=named("offer", activity.id, name),
            activity_id=activity.id,
            file_id=kept.id,
            role=FileRole.PANORAMA,
            language="es",
            position=number,
            name=name,
            alt=text.text["es"],
            width=SIZE[0],
            height=SIZE[1],
        )
    )


def drawn(drawing: Literal["workshop", "yard"]) -> bytes:
    """A place all around, in plain colours: 360 degrees wide, 180 high."""
    image = Image.new("RGB", SIZE, "#e9e2d2" if drawing == "workshop" else "#bcd3e8")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 600, *SIZE), fill="#a59a86" if drawing == "workshop" else "#b9b3a6")
    for n in range(1, 60):  # the floor, towards the feet
        y = 600 + n * n // 8
        pen.line(
            (0, y, SIZE[0], y), fill="#948974" if drawing == "workshop" else "#a7a194", width=2
        )
    if drawing == "workshop":
        _draw_workshop(pen)
    else:
        _draw_yard(pen)
    file = BytesIO()
    image.save(file, "JPEG", quality=82, progressive=True)
    return file.getvalue()


def _draw_workshop(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle((0, 0, SIZE[0], 210), fill="#cfc6b2")
    for n in range(8):
        x = n * 256 + 28
        pen.rectangle((x, 270, x + 120, 400), fill="#cfe3f2", outline="#5a5446", width=5)
        pen.line((x + 60, 270, x + 60, 400), fill="#5a5446", width=4)
        pen.rectangle((x + 10, 590, x + 190, 612), fill="#7b5a34")
        for leg in (x + 22, x + 172):
            pen.rectangle((leg, 612, leg + 10, 700), fill="#4d3a22")
        pen.rectangle((x + 60, 556, x + 110, 590), fill="#1c3f94" if n % 2 else "#a0370d")
    pen.rectangle((930, 440, 1120, 580), fill="#fffdf8", outline="#23201a", width=6)
    for n, height in enumerate((90, 76, 82, 60, 48, 40)):
        pen.rectangle((950 + n * 26, 566 - height, 968 + n * 26, 566), fill="#1c3f94")
    pen.ellipse((560, 560, 720, 690), fill="#5a5446", outline="#23201a", width=5)
    pen.rectangle((600, 520, 650, 565), fill="#a0370d")
    pen.rectangle((1600, 400, 1730, 690), fill="#8a4b22", outline="#23201a", width=6)
    pen.ellipse((1704, 540, 1716, 552), fill="#fffdf8")


def _draw_yard(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle((0, 430, SIZE[0], 610), fill="#d9cdb6")
    pen.polygon(((760, 430), (1560, 430), (1480, 300), (840, 300)), fill="#8c6a4a")
    for n in range(6):
        x = 880 + n * 100
        pen.polygon(((x, 415), (x + 84, 415), (x + 74, 320), (x + 14, 320)), fill="#1c3f94")
        pen.line((x + 44, 320, x + 42, 415), fill="#a8beff", width=3)
    for n, colour in enumerate(("#5a5446", "#7b5a34", "#23201a", "#1c3f94")):
        x = 1010 + n * 92
        pen.rectangle((x, 540, x + 74, 668), fill=colour)
        pen.rectangle((x - 4, 528, x + 78, 544), fill="#eee9de", outline="#23201a", width=2)
        pen.rectangle((x + 16, 576, x + 58, 606), fill="#fffdf8")
    pen.rectangle((1720, 380, 1860, 670), fill="#4f7d8c", outline="#23201a", width=5)
    pen.rectangle((340, 400, 470, 690), fill="#8a4b22", outline="#23201a", width=6)
    pen.ellipse((352, 540, 364, 552), fill="#fffdf8")
