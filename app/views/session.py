"""Signing in and out, and the account of whoever is signed in."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, session, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from app import accounts, db
from app.auth import ANYONE, SIGNED_IN, allow
from app.pages import home, lasted
from app.throttle import Throttle

pages = Blueprint("session", __name__)


@pages.record_once
def _start_throttles(state: BlueprintSetupState) -> None:
    state.app.extensions["throttles"] = (Throttle(free=5), Throttle(free=50))


class SignInForm(FlaskForm):
    name = StringField("Name", [InputRequired("Type your name."), Length(max=80)])
    password = PasswordField("Password", [InputRequired("Type your password."), Length(max=200)])


@pages.get("/")
@allow(ANYONE)
def start() -> ResponseReturnValue:
    if not current_user.is_authenticated:
        return redirect(url_for("session.sign_in"))
    return redirect(home())


@pages.get("/health")
@allow(ANYONE)
def health() -> ResponseReturnValue:
    db.connection().exec_driver_sql("SELECT 1")
    return Response("ok\n", content_type="text/plain")


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

    name = form.name.data.strip()
    by_name, by_address = current_app.extensions["throttles"]
    address = request.remote_addr or ""
    if wait := max(by_name.wait(name, db.now()), by_address.wait(address, db.now())):
        form.password.errors = [f"Too many wrong passwords. Try again in {lasted(wait)}."]
        page = render_template("session/sign_in.html", form=form)
        return Response(page, 429, {"Retry-After": str(-(-wait // 1000))})

    with db.orderloom().database.reading() as connection:
        user = accounts.check_password(connection, name, form.password.data)
    if user is None:
        by_name.mistake(name, db.now())
        by_address.mistake(address, db.now())  # one who tries one password on many names
        form.password.errors = ["Name or password is wrong."]
        return render_template("session/sign_in.html", form=form), 422
    by_name.forget(name)
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


@pages.get("/account")
@allow(SIGNED_IN)
def account() -> ResponseReturnValue:
    return render_template("session/account.html")


def _next() -> str:
    """Where the user wanted to go: an address of ours, never another host."""
    target = request.args.get("next", "")
    parts = urlsplit(target)
    if target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc:
        return target
    return home()
