"""Routes are closed unless they say who may enter, and only the right people and programs get in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from flask import Flask

from app import accounts, db
from app.accounts import add_token, revoke_token, user_of_token
from app.auth import SIGNED_IN, UnguardedRoute, allow, refuse_unguarded_routes

from .conftest import Browser, add_user


@pytest.fixture
def guarded(app: Flask) -> Flask:
    """The application with one route for order agents and programs, one for admins, one for any token."""

    @app.route("/api/v1/orders-for-test", methods=["GET", "POST"])
    @allow("order agent", "api", scope="orders:write")
    def orders() -> str:
        return "orders"

    @app.get("/for-admins")
    @allow("process admin")
    def admins() -> str:
        return "admins"

    @app.post("/for-people")
    @allow(SIGNED_IN)
    def people() -> str:
        return "people"

    return app


def a_token(app: Flask, *scopes: accounts.Scope, role: accounts.Role = "api", expires_at: int | None = None) -> str:
    user = add_user(app, f"program-{role}", role)
    with app.extensions["orderloom"].database.writing() as connection:
        return add_token(connection, user, name="test", scopes=scopes, now=0, expires_at=expires_at)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_route_that_does_not_say_who_may_enter_stops_the_start(app: Flask):
    app.add_url_rule("/open-by-accident", view_func=lambda: "hello", endpoint="accident")

    with pytest.raises(UnguardedRoute, match="/open-by-accident"):
        refuse_unguarded_routes(app)


def test_a_stranger_is_sent_to_sign_in_and_then_on_to_where_they_wanted(guarded: Flask, stranger: Browser):
    add_user(guarded, "ada", "process admin")

    sent = stranger.get("/for-admins")
    assert sent.headers["Location"] == "/sign-in?next=/for-admins"
    back = stranger.post(sent.headers["Location"], page="/sign-in", name="ada", password="correct horse")
    assert back.headers["Location"] == "/for-admins"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil.example"])
def test_signing_in_never_leads_to_another_host(app: Flask, stranger: Browser, elsewhere: str):
    add_user(app, "ada", "process admin")

    answer = stranger.client.post(
        "/sign-in",
        query_string={"next": elsewhere},
        data={"csrf_token": stranger.csrf(), "name": "ada", "password": "correct horse"},
    )
    assert "evil" not in answer.headers["Location"]


def test_a_user_without_the_role_is_told_which_role_is_needed(guarded: Flask, signed_in: Callable[..., Browser]):
    answer = signed_in("order agent").get("/for-admins")

    assert answer.status_code == 403
    assert "process admin" in answer.text


def test_a_post_without_a_csrf_token_is_refused(guarded: Flask, signed_in: Callable[..., Browser]):
    browser = signed_in("order agent")

    assert browser.client.post("/for-people").status_code == 400
    assert browser.client.post("/api/v1/orders-for-test").status_code == 400
    assert browser.post("/for-people").text == "people"


def test_a_program_needs_no_csrf_token_but_a_token_with_the_scope(guarded: Flask):
    client = guarded.test_client()

    assert client.post("/api/v1/orders-for-test").status_code == 401
    assert client.post("/api/v1/orders-for-test", headers=bearer("olm_guess")).status_code == 401
    right = a_token(guarded, "orders:write")
    assert client.post("/api/v1/orders-for-test", headers=bearer(right)).text == "orders"


def test_a_token_without_the_scope_is_told_which_it_lacks(guarded: Flask):
    answer = guarded.test_client().get("/api/v1/orders-for-test", headers=bearer(a_token(guarded, "orders:read")))

    assert answer.status_code == 403
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    assert "orders:write" in answer.json["detail"]


def test_a_token_never_opens_a_page_for_people(guarded: Flask):
    token = a_token(guarded, "orders:write", role="process admin")

    assert guarded.test_client().get("/for-admins", headers=bearer(token)).status_code == 403


def test_a_bad_token_is_not_rescued_by_a_session(guarded: Flask, signed_in: Callable[..., Browser]):
    browser = signed_in("order agent")

    answer = browser.client.post("/api/v1/orders-for-test", headers=bearer("olm_guess"))
    assert answer.status_code == 401


def test_tokens_expire_and_can_be_revoked(app: Flask):
    token = a_token(app, "orders:read", expires_at=1000)
    with app.extensions["orderloom"].database.writing() as connection:
        assert user_of_token(connection, token, now=999)
        assert user_of_token(connection, token, now=1000) is None
        revoke_token(connection, 1, now=500)
        assert user_of_token(connection, token, now=999) is None


def test_a_token_is_stored_nowhere(app: Flask):
    token = a_token(app, "orders:read")

    with app.extensions["orderloom"].database.reading() as connection:
        assert token not in str(list(connection.execute(accounts.tokens.select())))


def test_a_password_is_stored_as_argon2id_and_costs_a_guesser_what_rfc_9106_advises(
    app: Flask, cheap_passwords: PasswordHasher, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(accounts, "hasher", cheap_passwords)
    add_user(app, "ada", "process admin")

    with app.extensions["orderloom"].database.reading() as connection:
        [row] = accounts.list_users(connection)
    assert extract_parameters(row.password) == RFC_9106_LOW_MEMORY


def test_guessing_passwords_is_slowed_down(app: Flask, stranger: Browser):
    add_user(app, "ada", "process admin")
    for _ in range(5):
        assert stranger.sign_in("ada", "a guess").status_code == 422

    answer = stranger.sign_in("ada")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1


def test_signing_out_ends_the_session(signed_in: Callable[..., Browser]):
    browser = signed_in("order agent")

    assert browser.post("/sign-out").status_code == 302
    assert browser.get("/account").status_code == 302


def test_a_new_stamp_ends_every_session_of_a_user(app: Flask, signed_in: Callable[..., Browser]):
    browser = signed_in("order agent")
    with app.extensions["orderloom"].database.writing() as connection:
        connection.execute(accounts.users.update().values(stamp="renewed"))

    assert browser.get("/account").status_code == 302


def test_every_answer_forbids_inline_scripts_framing_and_other_hosts(stranger: Browser):
    for address in ("/sign-in", "/nowhere", "/api/v1/nowhere", "/health"):
        headers = stranger.get(address).headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "http" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_session_cookie_is_closed_to_scripts_and_other_sites(app: Flask, stranger: Browser):
    add_user(app, "ada", "process admin")

    cookie = stranger.sign_in("ada").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_refused_request_leaves_nothing_behind(app: Flask):
    @app.post("/half-way")
    @allow("anyone", csrf=False)
    def half_way() -> tuple[str, int]:
        accounts.add_user(db.connection(), "half", full_name="", roles=(), password="long enough", now=0)
        return "no", 409

    app.test_client().post("/half-way")
    with app.extensions["orderloom"].database.reading() as connection:
        assert accounts.list_users(connection) == []


def test_a_request_that_breaks_leaves_nothing_behind_and_tells_nothing_of_the_inside(app: Flask):
    @app.post("/api/v1/broken")
    @allow("anyone", csrf=False)
    def broken() -> str:
        accounts.add_user(db.connection(), "half", full_name="", roles=(), password="long enough", now=0)
        raise ZeroDivisionError("secret detail")

    answer = app.test_client().post("/api/v1/broken")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    with app.extensions["orderloom"].database.reading() as connection:
        assert accounts.list_users(connection) == []
