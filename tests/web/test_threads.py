"""Pages are made in threads of ours: what they see and raise, and what must not stop them."""

import asyncio
from contextvars import ContextVar
from threading import Barrier, Event, current_thread

import pytest
from starlette.responses import Response

from app.web.one_hop import OneHopRoute
from app.web.threads import MOST, in_a_thread, pages

A_MOMENT = 5  # seconds
language: ContextVar[str] = ContextVar("language")


def test_work_sees_what_its_request_knows_and_changes_nothing_outside() -> None:
    def work() -> tuple[str, str]:
        before = language.get()
        language.set("fr")
        return before, current_thread().name

    async def request(code: str) -> tuple[str, str, str]:
        language.set(code)
        seen, thread = await in_a_thread(work, among=pages())
        return seen, thread, language.get()

    async def both() -> tuple[tuple[str, str, str], ...]:
        return await asyncio.gather(request("es"), request("pt"))

    answers = asyncio.run(both())

    assert [(seen, after) for seen, _thread, after in answers] == [("es", "es"), ("pt", "pt")]
    assert all(thread.startswith("pages") for _seen, thread, _after in answers)


def test_what_work_raises_reaches_whoever_waits_for_it() -> None:
    def work() -> None:
        raise LookupError("no such edition")

    with pytest.raises(LookupError, match="no such edition"):
        asyncio.run(in_a_thread(work, among=pages()))


def test_as_much_work_as_there_are_threads_is_done_at_once() -> None:
    together = Barrier(MOST)

    async def everybody() -> list[int]:
        waiting = (
            in_a_thread(lambda: together.wait(A_MOMENT), among=pages()) for _one in range(MOST)
        )
        return await asyncio.gather(*waiting)

    assert sorted(asyncio.run(everybody())) == list(range(MOST))


def test_files_that_take_long_to_make_do_not_keep_pages_waiting() -> None:
    page_is_made = Event()

    def make_file() -> Response:
        return Response(str(page_is_made.wait(A_MOMENT)))

    def make_page() -> Response:
        page_is_made.set()
        return Response("page")

    async def many_files_and_a_page() -> list[bytes]:
        drawing = OneHopRoute("/report.pdf", make_file)
        waiting = [asyncio.create_task(drawing.endpoint()) for _one in range(10 * MOST)]
        await asyncio.sleep(0)  # they are in their threads, or wait for one
        await OneHopRoute("/report", make_page).endpoint()
        return [bytes(answer.body) for answer in await asyncio.gather(*waiting)]

    assert set(asyncio.run(many_files_and_a_page())) == {b"True"}


def test_work_that_began_is_done_though_its_reader_went_away() -> None:
    began, may_end, ended = Event(), Event(), Event()

    def work() -> None:
        began.set()
        assert may_end.wait(A_MOMENT)
        ended.set()

    async def reader_goes_away() -> None:
        waiting = asyncio.create_task(in_a_thread(work, among=pages()))
        assert await in_a_thread(lambda: began.wait(A_MOMENT), among=pages())
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        may_end.set()
        assert await in_a_thread(lambda: ended.wait(A_MOMENT), among=pages())

    asyncio.run(reader_goes_away())
