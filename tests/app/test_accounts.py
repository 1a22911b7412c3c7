"""A process admin changes who may enter and what they may do; everybody changes their own password."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app import accounts
from app.accounts import LastAdmin
from app.migrating import migrate
from runtime.database import Database

from .conftest import PASSWORD, Browser, add_user
from .test_access import a_token, bearer

SignedIn = Callable[..., Browser]


@pytest.fixture
def ada(app: Flask) -> Browser:
    """The only process admin."""
    add_user(app, "ada", "process admin")
    return again(app, "ada")


def again(app: Flask, name: str, password: str = PASSWORD) -> Browser:
    """One more browser of somebody who signs in with success."""
    browser = Browser(app.test_client())
    assert browser.sign_in(name, password).status_code == 302
    return browser


def row(app: Flask, name: str):
    with app.extensions["orderloom"].database.reading() as connection:
        return accounts.user_row(connection, name)


def change(by: Browser, app: Flask, name: str, **fields: object) -> TestResponse:
    """Sends the form of a user as it is, but for `fields`; a field that is None is not sent, as an empty box is."""
    user = row(app, name)
    roles = [role for role in accounts.ROLES if f'"{role}"' in user.roles]
    sent = {"full_name": user.full_name, "roles": roles, "password": "", "active": user.active or None, **fields}
    given = {field: value for field, value in sent.items() if value is not None}
    return by.post(f"/access/users/{user.id}", **given)


def fault_at(page: str, field: str) -> str:
    """What the page says is wrong at the field with this id; empty where nothing is."""
    found = re.search(rf'<p class="wrong" id="{field}-note">.*?<span>(.*?)</span>', page)
    return found[1] if found else ""


def signed_in_still(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def test_each_user_leads_to_a_page_that_shows_what_they_are(app: Flask, ada: Browser):
    number = add_user(app, "otto", "order agent").id
    assert f'href="/access/users/{number}"' in ada.get("/access/").text

    page = ada.get(f"/access/users/{number}").text
    assert 'value="Otto"' in page
    assert re.search(r'<input checked[^>]*value="order agent"', page)
    assert not re.search(r'<input checked[^>]*value="process admin"', page)
    assert re.search(r'<input[^>]*checked[^>]*name="active"', page)


def test_a_changed_role_counts_at_once_and_ends_no_session(app: Flask, ada: Browser):
    add_user(app, "otto")
    otto = again(app, "otto")
    assert otto.get("/orders/").status_code == 403

    assert change(ada, app, "otto", full_name=" Otto Orr ", roles=["order agent"]).status_code == 302
    assert otto.get("/orders/").status_code == 200
    assert "Otto Orr" in otto.get("/account").text


def test_who_is_blocked_is_signed_out_and_cannot_come_back(app: Flask, ada: Browser):
    add_user(app, "otto", "order agent")
    otto = again(app, "otto")

    change(ada, app, "otto", active=None)
    assert not signed_in_still(otto)
    assert "wrong" in otto.sign_in("otto").text
    assert "blocked" in ada.get("/access/").text

    change(ada, app, "otto", active="y")
    assert not signed_in_still(otto), "an old session must not come to life again"
    assert signed_in_still(again(app, "otto"))
    assert "blocked" not in ada.get("/access/").text


def test_the_tokens_of_somebody_who_is_blocked_are_refused_and_no_new_ones_made(app: Flask, ada: Browser):
    token = a_token(app, "orders:read", role="order agent")
    client = app.test_client()
    assert client.get("/api/v1/orders", headers=bearer(token)).status_code == 200

    change(ada, app, "program-order agent", active=None)
    assert client.get("/api/v1/orders", headers=bearer(token)).status_code == 401
    assert "user blocked" in ada.get("/access/").text
    form = {"user": "program-order agent", "name": "x", "scopes": "orders:read", "days": "1"}
    assert ada.post("/access/tokens/new", **form).status_code == 422

    change(ada, app, "program-order agent", active="y")
    assert client.get("/api/v1/orders", headers=bearer(token)).status_code == 200


def test_a_new_password_ends_every_session_and_the_old_password(app: Flask, ada: Browser):
    add_user(app, "otto", "order agent")
    sessions = [again(app, "otto"), again(app, "otto")]

    assert change(ada, app, "otto", password="another one").status_code == 302
    assert not any(map(signed_in_still, sessions))
    assert sessions[0].sign_in("otto").status_code == 422
    again(app, "otto", "another one")


def test_without_a_new_password_the_old_one_stays(app: Flask, ada: Browser):
    add_user(app, "otto", "order agent")
    otto = again(app, "otto")
    before = row(app, "otto")

    change(ada, app, "otto", full_name="Otto Orr")
    after = row(app, "otto")
    assert (after.password, after.stamp) == (before.password, before.stamp)
    assert signed_in_still(otto)


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"password": "short"}, "password", "8 to 200"),
        ({"password": " " * 7}, "password", "8 to 200"),
        ({"full_name": "  "}, "full_name", "Give the full name."),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_changes_nothing(app: Flask, ada: Browser, wrong, field, said):
    add_user(app, "otto", "order agent")
    before = row(app, "otto")

    answer = change(ada, app, "otto", roles=["customer"], **wrong)
    assert answer.status_code == 422
    assert said in fault_at(answer.text, field)
    assert row(app, "otto") == before


def test_the_last_process_admin_keeps_the_role(app: Flask, ada: Browser):
    answer = change(ada, app, "ada", roles=["order agent"])

    assert answer.status_code == 422
    assert "last process admin" in fault_at(answer.text, "roles")
    assert not fault_at(answer.text, "active")
    assert ada.get("/access/").status_code == 200


def test_the_last_process_admin_keeps_the_access(app: Flask, ada: Browser):
    add_user(app, "bob", "process admin")
    change(ada, app, "bob", active=None)  # an admin who may not sign in helps nobody

    answer = change(ada, app, "ada", active=None)
    assert answer.status_code == 422
    assert "last process admin" in fault_at(answer.text, "active")
    assert not fault_at(answer.text, "roles")
    assert signed_in_still(ada)


def test_the_last_process_admin_may_change_everything_else(app: Flask, ada: Browser):
    answer = change(ada, app, "ada", full_name="Ada L", roles=["process admin", "order agent"], password="another one")

    assert answer.headers["Location"] == "/access/"
    assert "Ada L has a new password." in ada.get("/access/").text, "one's own session goes on"
    again(app, "ada", "another one")


def test_two_admins_who_block_each_other_at_once_cannot_both_succeed(empty_database: Database):
    migrate(empty_database)
    with empty_database.writing() as connection:
        ids = [
            accounts.add_user(connection, name, full_name=name, roles=("process admin",), password=PASSWORD, now=0)
            for name in ("ada", "bob")
        ]
    together = Barrier(2)

    def block(user_id: int) -> bool:
        with suppress(LastAdmin), empty_database.writing() as connection:
            with suppress(BrokenBarrierError):  # where only one may write at a time, the other never comes
                together.wait(timeout=1)
            accounts.change_user(connection, user_id, full_name="-", roles=("process admin",), active=False)
            return True
        return False

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(block, ids)) == [False, True]
    with empty_database.reading() as connection:
        assert [row.active for row in accounts.list_users(connection)].count(True) == 1


def test_an_admin_who_is_not_the_last_may_give_the_role_up_and_is_led_elsewhere(app: Flask, ada: Browser):
    add_user(app, "bob", "process admin")

    answer = change(ada, app, "ada", roles=["order agent"])
    assert answer.headers["Location"] == "/"
    assert ada.get("/access/").status_code == 403
    assert ada.get("/orders/").status_code == 200


def test_only_process_admins_change_users(app: Flask, ada: Browser, signed_in: SignedIn):
    manager = signed_in("fulfilment manager")
    number = row(app, "ada").id

    assert manager.get(f"/access/users/{number}").status_code == 403
    assert change(manager, app, "ada", full_name="Eve").status_code == 403
    assert row(app, "ada").full_name == "Ada"


def test_a_user_who_is_not_there_is_no_page(ada: Browser):
    assert ada.get("/access/users/99").status_code == 404
    assert ada.get(f"/access/users/{2**70}").status_code == 404


# --- one's own password -------------------------------------------------------------------------------


def own(browser: Browser, current: str, new: str) -> TestResponse:
    return browser.post("/account", current_password=current, new_password=new)


def test_a_new_password_of_ones_own_ends_all_other_sessions(app: Flask, ada: Browser):
    elsewhere = again(app, "ada")

    assert own(ada, PASSWORD, "another one").status_code == 302
    assert "Your password is changed." in ada.get("/account").text
    assert not signed_in_still(elsewhere)
    assert elsewhere.sign_in("ada").status_code == 422
    again(app, "ada", "another one")


def test_a_wrong_current_password_is_told_at_its_field_and_changes_nothing(app: Flask, ada: Browser):
    before = row(app, "ada")

    answer = own(ada, "a guess", "another one")
    assert answer.status_code == 422
    assert "not your current password" in fault_at(answer.text, "current_password")
    assert row(app, "ada") == before


def test_a_short_new_password_is_told_at_its_field(app: Flask, ada: Browser):
    answer = own(ada, PASSWORD, "short")

    assert answer.status_code == 422
    assert "8 to 200" in fault_at(answer.text, "new_password")
    again(app, "ada")


def test_guessing_the_current_password_is_slowed_down_together_with_signing_in(stranger: Browser, ada: Browser):
    for n in range(5):
        guessed = own(ada, "a guess", "another one") if n % 2 else stranger.sign_in("ada", "a guess")
        assert guessed.status_code == 422

    answer = own(ada, PASSWORD, "another one")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1
    assert "Too many wrong passwords" in fault_at(answer.text, "current_password")


def test_no_password_comes_back_in_a_page(app: Flask, ada: Browser):
    add_user(app, "otto")

    assert "a secret" not in own(ada, "a secret guess", "a secret of mine").text
    assert "a secret" not in change(ada, app, "otto", full_name="", password="a secret of his").text
