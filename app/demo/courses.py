"""Reads the course folders: what each course says of itself, what it has to learn."""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from app.demo.sources import LANGUAGES, BrokenSource
from app.models import CapstoneKind, FileRole, Mode, QuestionKind

COURSES = Path(__file__).parent / "courses"

type Texts = dict[str, Annotated[str, Field(min_length=1)]]


class Plain(BaseModel):
    """What a file may say: nothing else, and nothing of another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class ChoiceText(Plain):
    right: bool
    text: Texts
    feedback: Texts = {}


class QuestionText(Plain):
    kind: QuestionKind
    text: Texts
    explanation: Texts
    answer: bool | None = None
    choice: tuple[ChoiceText, ...] = ()

    @model_validator(mode="after")
    def can_be_answered(self) -> Self:
        right = sum(choice.right for choice in self.choice)
        if self.kind is QuestionKind.TRUE_FALSE:
            if self.answer is None or self.choice:
                raise ValueError("a true_false question has an answer and no choices")
        elif self.answer is not None or len(self.choice) < 2:  # noqa: PLR2004 -- "at least two"
            raise ValueError("a question has two choices or more and no other answer")
        elif right == 0 or (self.kind is QuestionKind.SINGLE and right > 1):
            raise ValueError(f"{right} of its choices are right")
        return self


class QuizText(Plain):
    title: Texts
    intro: Texts
    minutes: int = Field(gt=0)
    pass_percent: int = Field(ge=0, le=100)
    question: tuple[QuestionText, ...] = Field(min_length=1)


class CourseHead(Plain):
    slug: str = Field(pattern="^[a-z0-9-]+$")
    mode: Mode
    hours: int = Field(gt=0)
    languages: list[str] = Field(min_length=1)
    capstone: CapstoneKind | None = None
    title: Texts
    summary: Texts
    description: Texts
    outcomes: dict[str, list[str]]


class ModuleHead(Plain):
    title: Texts
    summary: Texts
    opens_week: int | None = Field(default=None, ge=1)
    after_previous: bool = False


class PageHead(Plain):
    title: str
    kind: Literal["page", "video", "file"]
    minutes: int = Field(gt=0)
    media: str = ""
    download: str = ""
    source: str = ""


class GuideHead(Plain):
    title: str
    subtitle: str


class MediaFile(Plain):
    kind: Literal["video", "audio", "captions", "transcript"]
    language: str
    name: str
    media_type: str
    bytes: int
    sha256: str


class MediaHead(Plain):
    title: Texts
    seconds: int
    language: str
    width: int
    height: int
    files: tuple[MediaFile, ...]


@dataclass(frozen=True)
class Page:
    """A page, film or guide in one language: its title, and what it says in Markdown."""

    head: PageHead
    body: str


@dataclass(frozen=True)
class Guide:
    """A guide to print, in one language; ``title`` is what the link to it says."""

    name: str
    language: str
    title: str
    heading: str
    subtitle: str
    body: str
    role: FileRole = FileRole.DOWNLOAD
    seconds: int = 0


@dataclass(frozen=True)
class Recording:
    """A file of a film; ``path`` is where it lies."""

    role: FileRole
    language: str
    title: str
    content_type: str
    path: Path
    seconds: int


@dataclass(frozen=True)
class ActivityFolder:
    """One activity in all its languages; what it has decides its kind."""

    name: str
    pages: Mapping[str, Page]
    quiz: QuizText | None = None
    guides: tuple[Guide, ...] = ()
    recordings: tuple[Recording, ...] = ()
    transcripts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ModuleFolder:
    name: str
    head: ModuleHead
    activities: tuple[ActivityFolder, ...]


@dataclass(frozen=True)
class CourseFolder:
    head: CourseHead
    modules: tuple[ModuleFolder, ...]


def read_courses(folder: Path = COURSES) -> dict[str, CourseFolder]:
    """Every course by its English title, which is how the centre's report calls it."""
    found: dict[str, CourseFolder] = {}
    for path in sorted(path for path in folder.iterdir() if path.is_dir()):
        course = _Reader(folder, path).course()
        title = course.head.title["en"]
        if title in found:
            raise BrokenSource(f"{path.name}/course.toml", None, f"{title!r} is there twice")
        found[title] = course
    return found


def read_toml[T: Plain](path: Path, shape: type[T], name: str) -> T:
    """``path`` as ``shape``; ``name`` is what the file is called in a refusal."""
    return parse_toml(read_text(path, name), shape, name)


def parse_toml[T: Plain](text: str, shape: type[T], name: str) -> T:
    try:
        return shape.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))
        reason = f"it is not TOML: {error}"
        raise BrokenSource(name, int(place[1]) if place else None, reason) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        reason = first["msg"].removeprefix("Value error, ")
        raise BrokenSource(name, None, f"{where}: {reason}" if where else reason) from None


def read_text(path: Path, name: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BrokenSource(name, None, "the file is missing") from None
    except UnicodeDecodeError:
        raise BrokenSource(name, None, "the file is not UTF-8") from None


class _Reader:
    """Reads one course; every refusal names the file below the folder of all courses."""

    def __init__(self, folder: Path, path: Path) -> None:
        self.folder, self.path = folder, path
        self.languages: Sequence[str] = ()

    def course(self) -> CourseFolder:
        file = self.path / "course.toml"
        head = read_toml(file, CourseHead, self._name(file))
        self.languages = head.languages
        for texts in (head.title, head.summary, head.description, head.outcomes):
            self._refuse_missing(file, texts, sorted(LANGUAGES))
        if (head.capstone is not None) != (head.mode is Mode.TUTOR_LED):
            raise self._broken(file, "a tutor-led course has a capstone, and no other")
        modules = tuple(self._module(path) for path in _numbered(self.path) if path.is_dir())
        return CourseFolder(head, modules)

    def _module(self, path: Path) -> ModuleFolder:
        file = path / "module.toml"
        head = read_toml(file, ModuleHead, self._name(file))
        self._refuse_missing(file, head.title, self.languages)
        self._refuse_missing(file, head.summary, self.languages)
        names = dict.fromkeys(file.name.split(".", 1)[0] for file in _numbered(path))
        if not names:
            raise self._broken(file, "the module has no activities")
        return ModuleFolder(path.name, head, tuple(self._activity(path, name) for name in names))

    def _activity(self, folder: Path, name: str) -> ActivityFolder:
        quiz = folder / f"{name}.quiz.toml"
        if quiz.exists():
            return ActivityFolder(name, {}, quiz=self._quiz(quiz))
        pages = {
            language: self._page(folder / f"{name}.{language}.md") for language in self.languages
        }
        file = folder / f"{name}.{self.languages[0]}.md"
        heads = [page.head for page in pages.values()]
        if len({(head.kind, head.minutes, head.media, head.source) for head in heads}) > 1:
            raise self._broken(file, "its languages do not say the same kind, minutes and source")
        if heads[0].kind == "video":
            recordings, transcripts = self._film(file, heads[0].media)
            return ActivityFolder(name, pages, recordings=recordings, transcripts=transcripts)
        if heads[0].kind == "file":
            return ActivityFolder(name, pages, guides=self._guides(file, pages))
        return ActivityFolder(name, pages)

    def _page(self, path: Path) -> Page:
        head, body = self._with_head(path, PageHead)
        return Page(head, body)

    def _with_head[T: Plain](self, path: Path, shape: type[T]) -> tuple[T, str]:
        """A text that begins with what it says of itself, between two lines of ``+++``."""
        name = self._name(path)
        parts = re.fullmatch(r"\+\+\+\n(.*?\n)\+\+\+\n(.*)", read_text(path, name), re.DOTALL)
        if parts is None:
            raise self._broken(path, "it does not begin with a head between two lines of +++")
        body = parts[2].strip()
        if not body:
            raise self._broken(path, "it says nothing below its head")
        return parse_toml(parts[1], shape, name), body

    def _quiz(self, file: Path) -> QuizText:
        quiz = read_toml(file, QuizText, self._name(file))
        texts: list[tuple[str, Texts]] = [("title", quiz.title), ("intro", quiz.intro)]
        for number, question in enumerate(quiz.question, 1):
            about = f"question {number}"
            texts += [(about, question.text), (f"{about}, explanation", question.explanation)]
            texts += [(f"{about}, a choice", choice.text) for choice in question.choice]
            texts += [
                (f"{about}, a feedback", choice.feedback)
                for choice in question.choice
                if choice.feedback
            ]
        for about, words in texts:
            self._refuse_missing(file, words, self.languages, about)
        return quiz

    def _film(self, page: Path, media: str) -> tuple[tuple[Recording, ...], Mapping[str, str]]:
        folder = self.path / "media"
        file = folder / f"{media}.toml"
        if not media:
            raise self._broken(page, "a video names its media")
        head = read_toml(file, MediaHead, self._name(file))
        recordings, transcripts = [], {}
        for listed in head.files:
            path = folder / listed.name
            self._refuse_other_content(file, path, listed)
            if listed.kind == "transcript":
                transcripts[listed.language] = _below_the_title(read_text(path, self._name(path)))
                continue
            recordings.append(
                Recording(
                    role=FileRole(listed.kind),
                    language=listed.language,
                    title=head.title.get(listed.language, head.title[head.language]),
                    content_type=listed.media_type,
                    path=path,
                    seconds=0 if listed.kind == "captions" else head.seconds,
                )
            )
        self._refuse_missing(file, transcripts, self.languages, "transcript")
        return tuple(recordings), transcripts

    def _refuse_other_content(self, file: Path, path: Path, listed: MediaFile) -> None:
        if not path.exists():
            raise self._broken(path, "the file is missing")
        with path.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        if (path.stat().st_size, digest) != (listed.bytes, listed.sha256):
            raise self._broken(file, f"{listed.name} is not the file that is listed")

    def _guides(self, page: Path, pages: Mapping[str, Page]) -> tuple[Guide, ...]:
        guides = []
        for language, one in pages.items():
            if not (one.head.source and one.head.download):
                raise self._broken(page, "a file names its source and its download")
            path = self.path / f"{one.head.source}.{language}.md"
            head, body = self._with_head(path, GuideHead)
            guides.append(
                Guide(
                    name=path.name.split(".")[0],
                    language=language,
                    title=one.head.download,
                    heading=head.title,
                    subtitle=head.subtitle,
                    body=body,
                )
            )
        return tuple(guides)

    def _refuse_missing(
        self, file: Path, texts: Mapping[str, object], languages: Sequence[str], about: str = ""
    ) -> None:
        for language in languages:
            if not texts.get(language):
                words = f"{about}: " if about else ""
                raise self._broken(file, f"{words}it says nothing in {language}")
        for language in texts:
            if language not in LANGUAGES:
                raise self._broken(file, f"{language!r} is not one of our languages")

    def _broken(self, file: Path, reason: str) -> BrokenSource:
        return BrokenSource(self._name(file), None, reason)

    def _name(self, file: Path) -> str:
        return file.relative_to(self.folder).as_posix()


def _numbered(folder: Path) -> Iterator[Path]:
    """What lies in ``folder`` and begins with a number, in that order."""
    found = [(re.match(r"(\d+)-", path.name), path) for path in folder.iterdir()]
    return (path for _n, path in sorted((int(m[1]), path) for m, path in found if m))


def _below_the_title(text: str) -> str:
    """A transcript stands below a heading of its page, and repeats none."""
    return re.sub(r"\A# .*\n+", "", text).strip()
