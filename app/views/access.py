"""Who may enter: users with their roles, and API tokens."""

from __future__ import annotations

import json

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user
from flask_wtf import FlaskForm
from sqlalchemy import Row
from wtforms import BooleanField, IntegerField, PasswordField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app import accounts, db
from app.accounts import ROLES, SCOPES, LastAdmin, WrongAccount
from app.auth import allow
from app.pages import sentence
from app.views.session import LONG_ENOUGH

pages = Blueprint("access", __name__, url_prefix="/access")
DAY = 86_400_000
AT_MOST = "At most %(max)d characters."


class Checkboxes(SelectMultipleField):
    """Several choices, each with a box of its own."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class Days(IntegerField):
    """A number of days, or nothing."""

    MOST = 3650

    def process_formdata(self, valuelist: list[str]) -> None:
        text = "".join(valuelist).strip()
        self.data = int(text) if text.isdecimal() and len(text) <= 4 else None
        if text and not 1 <= (self.data or 0) <= self.MOST:
            raise ValueError(f"Write a number of days from 1 to {self.MOST}, or leave it empty.")


def trimmed(text: str | None) -> str | None:
    return text and text.strip()


class _AccountForm(FlaskForm):
    full_name = StringField(
        "Full name", [DataRequired("Give the full name."), Length(max=200, message=AT_MOST)], filters=[trimmed]
    )
    roles = Checkboxes("Roles", choices=list(ROLES))


class NewUserForm(_AccountForm):
    name = StringField(
        "Signs in as", [DataRequired("Give a name."), Length(max=80, message=AT_MOST)], filters=[trimmed]
    )
    password = PasswordField("Password", [InputRequired("Give a password."), LONG_ENOUGH])


class UserForm(_AccountForm):
    password = PasswordField("New password", [Optional(strip_whitespace=False), LONG_ENOUGH])
    active = BooleanField("May sign in")


class TokenForm(FlaskForm):
    user = SelectField("Speaks for")
    name = StringField(
        "What it is for", [DataRequired("Say what it is for."), Length(max=80, message=AT_MOST)], filters=[trimmed]
    )
    scopes = Checkboxes("Scopes", [InputRequired("Choose at least one.")], choices=list(SCOPES))
    days = Days("Good for days", [Optional()], default=365)


@pages.get("/")
@allow("process admin")
def index() -> ResponseReturnValue:
    connection = db.connection()
    return render_template(
        "access/index.html",
        users=accounts.list_users(connection),
        tokens=accounts.list_tokens(connection),
        now=db.now(),
    )


@pages.route("/users/new", methods=["GET", "POST"])
@allow("process admin")
def add_user() -> ResponseReturnValue:
    form = NewUserForm()
    if form.validate_on_submit():
        try:
            accounts.add_user(
                db.connection(),
                form.name.data,
                full_name=form.full_name.data,
                roles=tuple(form.roles.data),
                password=form.password.data,
                now=db.now(),
            )
        except WrongAccount as refusal:
            form.name.errors = [sentence(str(refusal))]
        else:
            flash(f"{form.full_name.data} may sign in now.")
            return redirect(url_for(".index"))
    return render_template("access/new_user.html", form=form), 422 if form.errors else 200


@pages.route("/users/<int:user_id>", methods=["GET", "POST"])
@allow("process admin")
def change_user(user_id: int) -> ResponseReturnValue:
    connection = db.connection()
    user = accounts.user_row(connection, user_id)
    form = UserForm(full_name=user.full_name, roles=json.loads(user.roles), active=user.active)
    if not form.validate_on_submit():
        return render_template("access/user.html", form=form, user=user), 422 if form.errors else 200
    try:
        accounts.change_user(
            connection,
            user_id,
            full_name=form.full_name.data,
            roles=tuple(form.roles.data),
            active=form.active.data,
            password=form.password.data or None,
        )
    except LastAdmin as refusal:
        for field, kept in ((form.roles, "process admin" in form.roles.data), (form.active, form.active.data)):
            if not kept:
                field.errors = [sentence(str(refusal))]
        return render_template("access/user.html", form=form, user=user), 422
    flash(f"{form.full_name.data} {_what_changed(user, form)}.")
    if user_id != current_user.id:
        return redirect(url_for(".index"))
    if changed := accounts.find_user(connection, user.name):
        login_user(changed)  # a new password of one's own ends all sessions but this one
    return redirect(url_for(".index" if changed and changed.has("process admin") else "session.start"))


def _what_changed(before: Row, form: UserForm) -> str:
    if before.active != form.active.data:
        return "may sign in again" if form.active.data else "may no longer sign in"
    return "has a new password" if form.password.data else "is changed"


@pages.route("/tokens/new", methods=["GET", "POST"])
@allow("process admin")
def add_token() -> ResponseReturnValue:
    connection = db.connection()
    form = TokenForm()
    form.user.choices = [
        SelectChoice(row.name, f"{row.full_name} ({row.name})") for row in accounts.list_users(connection) if row.active
    ]
    if not form.validate_on_submit():
        return render_template("access/token.html", form=form), 422 if form.errors else 200
    user = accounts.find_user(connection, form.user.data)
    if user is None:
        form.user.errors = ["This user may no longer sign in."]
        return render_template("access/token.html", form=form), 422
    expires_at = db.now() + form.days.data * DAY if form.days.data else None
    token = accounts.add_token(
        connection, user, name=form.name.data, scopes=tuple(form.scopes.data), now=db.now(), expires_at=expires_at
    )
    return render_template("access/token.html", form=form, token=token)  # shown once, so not after a redirect


@pages.post("/tokens/<int:token_id>/revoke")
@allow("process admin")
def revoke(token_id: int) -> ResponseReturnValue:
    accounts.revoke_token(db.connection(), token_id, db.now())
    flash("The token is revoked.")
    return redirect(url_for(".index"))
