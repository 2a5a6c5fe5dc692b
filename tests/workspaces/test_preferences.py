"""Preferences are there before anybody chose them, and changed as they are known."""

import asyncio

import httpx

from scripts.demonstration.components import Service
from tests.fixtures.users import SignUp

PATH = "/api/v1/preferences"


async def test_changes_are_meant_for_what_their_sender_knows(
    service: Service, sign_up: SignUp
) -> None:
    """The defaults are known, too: of two first choices one is made."""
    user = await sign_up()
    async with httpx.AsyncClient(base_url=service.url, headers=user.headers) as http:
        for themes in (("light", "dark"), ("system", "light")):
            tag = (await http.get(PATH)).headers["ETag"]
            conditions = {"If-Match": tag}
            answers = await asyncio.gather(
                *(http.patch(PATH, json={"theme": theme}, headers=conditions) for theme in themes)
            )
            assert sorted(answer.status_code for answer in answers) == [200, 412]
            made = next(answer for answer in answers if answer.status_code == 200)
            assert (await http.get(PATH)).headers["ETag"] == made.headers["ETag"]
        anyway = await http.patch(
            PATH, json={"timezone": "Europe/Berlin"}, headers={"If-Match": "*"}
        )
        assert anyway.json()["timezone"] == "Europe/Berlin"
