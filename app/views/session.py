"""Signing in and out, and the account of whoever is signed in."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, current_app, flash, jsonify, redirect, render_template, request, session, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user
from flask_wtf import FlaskForm
from sqlalchemy.exc import SQLAlchemyError
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from app import accounts, db
from app.accounts import LONGEST_PASSWORD, SHORTEST_PASSWORD, User
from app.auth import ANYONE, SIGNED_IN, allow
from app.pages import home, lasted
from app.throttle import Throttle

pages = Blueprint("session", __name__)
LONG_ENOUGH = Length(
    SHORTEST_PASSWORD, LONGEST_PASSWORD, f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters."
)


@pages.record_once
def _start_throttles(state: BlueprintSetupState) -> None:
    state.app.extensions["throttles"] = (Throttle(free=5), Throttle(free=50))


class SignInForm(FlaskForm):
    name = StringField("Name", [InputRequired("Type your name."), Length(max=80)])
    password = PasswordField("Password", [InputRequired("Type your password."), Length(max=LONGEST_PASSWORD)])


class PasswordForm(FlaskForm):
    current_password = PasswordField(
        "Current password",
        [InputRequired("Type your current password."), Length(max=LONGEST_PASSWORD, message="It is not that long.")],
    )
    new_password = PasswordField("New password", [InputRequired("Type a new password."), LONG_ENOUGH])


@pages.get("/")
@allow(ANYONE)
def start() -> ResponseReturnValue:
    if not current_user.is_authenticated:
        return redirect(url_for("session.sign_in"))
    return redirect(home())


@pages.get("/health")
@allow(ANYONE)
def health() -> ResponseReturnValue:
    """For load balancers: 503 while the database is away."""
    try:
        db.connection().exec_driver_sql("SELECT 1")
    except SQLAlchemyError as error:
        current_app.logger.warning("the database does not answer: %s", error)
        return jsonify(status="unavailable", database="does not answer"), 503
    return jsonify(status="ok", database="ok")


@pages.route("/sign-in", methods=["GET", "POST"])
@allow(ANYONE)
def sign_in() -> ResponseReturnValue:
    form = SignInForm()
    if request.method == "GET":
        if current_user.is_authenticated:
            return redirect(_next())
        return render_template("session/sign_in.html", form=form)
    if not form.validate():
        return render_template("session/sign_in.html", form=form), 422

    user, status, headers = _checked(form.name.data.strip(), form.password, "Name or password is wrong.")
    if user is None:
        return render_template("session/sign_in.html", form=form), status, headers
    session.clear()  # nothing of whoever used this browser before, the CSRF token included
    session.permanent = True
    login_user(user)
    return redirect(_next())


@pages.post("/sign-out")
@allow(SIGNED_IN)
def sign_out() -> ResponseReturnValue:
    logout_user()
    session.clear()
    flash("You are signed out.")
    return redirect(url_for("session.sign_in"))


@pages.route("/account", methods=["GET", "POST"])
@allow(SIGNED_IN)
def account() -> ResponseReturnValue:
    """Shows who is signed in, and takes a new password of theirs; their other sessions end, and this one goes on."""
    form = PasswordForm()
    if not form.validate_on_submit():
        return render_template("session/account.html", form=form), 422 if form.errors else 200

    user, status, headers = _checked(current_user.name, form.current_password, "This is not your current password.")
    if user is None:
        return render_template("session/account.html", form=form), status, headers
    login_user(accounts.change_password(db.connection(), user.id, form.new_password.data))
    flash("Your password is changed. Wherever else you were signed in, you no longer are.")
    return redirect(url_for("session.account"))


def _checked(name: str, password: PasswordField, fault: str) -> tuple[User | None, int, dict[str, str]]:
    """The user whose password stands in the field. Where it is wrong, or guessed too often, the field says so, and the
    status and headers of the answer come along."""
    by_name, by_address = current_app.extensions["throttles"]
    address = request.remote_addr or ""
    if wait := max(by_name.wait(name, db.now()), by_address.wait(address, db.now())):
        password.errors = [f"Too many wrong passwords. Try again in {lasted(wait)}."]
        return None, 429, {"Retry-After": str(-(-wait // 1000))}

    with db.orderloom().database.reading() as connection:
        user = accounts.check_password(connection, name, password.data)
    if user is None:
        by_name.mistake(name, db.now())
        by_address.mistake(address, db.now())  # one who tries one password on many names
        password.errors = [fault]
        return None, 422, {}
    by_name.forget(name)
    return user, 200, {}


def _next() -> str:
    """Where the user wanted to go: an address of ours, never another host."""
    target = request.args.get("next", "")
    parts = urlsplit(target)
    if target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc:
        return target
    return home()
