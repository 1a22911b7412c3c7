"""Publishing, approving and scheduling by page, interface and command line: the same rules whichever way one comes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from flask import Flask

from app import create_app, releasing
from app.cli import cli
from app.settings import Settings
from designer import cases, drafts, proposals, publishing
from designer.exchange import folder
from designer.rehearsal import rehearse
from designer.trials import Case
from runtime import releases
from runtime.core.definitions import Definition
from tests.app.callers import a_caller, database_of, publish, rows
from tests.builders import a_catalog, a_decision, a_plan, a_queue, a_table, an_item, an_order

from .conftest import Browser, Shop, add_user

SignIn = Callable[..., Browser]
RATED = a_plan(a_decision(inputs={"amount": "150"}), an_item("bill"), after={"bill": "rate"})
CHEAPER = a_table("discount", ("> 100", "0.2"), ("<= 100", "0"))
CHANGED = ("order/1", "table/discount/1")


@pytest.fixture
def house(app: Flask) -> Flask:
    """One release, a test case of its table, one of an order, and a draft that changes both."""
    publish(app, *a_catalog(RATED, a_table()).values())
    with database_of(app).writing() as connection:
        case = Case(id=0, name="much", given={"amount": "150"}, expected="0.1")
        cases.put(connection, "table", "discount", case, by="ada", now=1)
        told = rehearse(an_order(), releases.load(connection, 1), at=0)
        cases.put_order(connection, "one fibre", an_order(), told, by="ada", now=1)
    draft(app, CHEAPER)
    return app


def draft(app: Flask, *documents: Definition, by: str = "ada") -> None:
    with database_of(app).writing() as connection:
        for document in documents:
            drafts.put(connection, document, revision=None, by=by, now=1)


def active(app: Flask) -> int | None:
    with database_of(app).reading() as connection:
        return releases.active_id(connection, 2**42)


# --- pages


def test_the_proof_shows_what_changes_and_what_comes_instead(house: Flask, signed_in: SignIn):
    page = signed_in("process admin").get("/releases/publish/proof?name=table/discount").text

    assert "2 of 2 test cases come out differently" in page
    assert "fibre/rate decides 0.1 by r1 of discount" in page
    assert "fibre/rate decides 0.2 by r1 of discount" in page
    assert page.count('name="accept"') == 2
    assert "Discount" in page.split('id="note"')[1]  # the note that is offered


def test_a_page_refuses_what_nobody_accepted_and_shows_it(house: Flask, signed_in: SignIn):
    browser = signed_in("process admin")
    before = rows(house)

    refused = browser.post("/releases/publish", name="table/discount", note="mine", accept="order/1")
    assert refused.status_code == 422
    assert "1 test case comes out differently" in refused.text
    assert ">mine</textarea>" in refused.text
    assert 'value="order/1" checked' in refused.text
    assert rows(house) == before
    assert browser.post("/releases/publish", name="table/discount", accept=list(CHANGED)).status_code == 302
    assert active(house) == 2


def test_a_page_publishes_what_was_looked_at_or_nothing(house: Flask, signed_in: SignIn):
    browser = signed_in("process admin")
    draft(house, a_queue("planners"))
    with database_of(house).reading() as connection:
        seen = publishing.prove(connection, ["queue/planners"], now=1).mark
    draft(house, a_queue("planners", description="other"))

    refused = browser.post("/releases/publish", name="queue/planners", seen=seen)
    assert refused.status_code == 422
    assert "changed since you looked" in refused.text


@pytest.mark.parametrize("at", ["", "tomorrow", "2001-01-01T08:00", "9999999-01-01T08:00"])
def test_a_moment_that_is_none_or_past_is_refused_calmly(house: Flask, signed_in: SignIn, at: str):
    browser = signed_in("process admin")
    draft(house, a_queue("planners"))

    for address in ("/releases/publish", "/releases/1/activate"):
        assert browser.post(address, name="queue/planners", when="at", at=at).status_code == 422
    assert browser.get(f"/releases/publish/proof?name=queue/planners&when=at&at={at}").status_code == 200
    assert active(house) == 1


def test_a_moment_is_meant_in_the_zone_of_the_reader(house: Flask, signed_in: SignIn):
    browser = signed_in("process admin")
    browser.client.set_cookie("zone", "Europe/Berlin")
    draft(house, a_queue("planners"))
    browser.post("/releases/publish", name="queue/planners", when="at", at="2999-07-01T08:00")

    caller = a_caller(house)
    assert caller.get("/api/v1/releases/2").json["active_from"] == "2999-07-01T06:00:00.000Z"


def test_a_release_tells_what_is_different_from_any_other(house: Flask, signed_in: SignIn):
    browser = signed_in("process admin")
    browser.post("/releases/publish", name="table/discount", accept=list(CHANGED))
    draft(house, a_queue("planners"))
    browser.post("/releases/publish", name="queue/planners")

    page = browser.get("/releases/3").text.split('id="contents"')[0]
    assert "Planners" in page and "Discount" not in page
    page = browser.get("/releases/3?against=1").text.split('id="contents"')[0]
    assert "Planners" in page and "Discount" in page
    page = browser.get("/releases/1").text.split('id="contents"')[0]
    assert "removed" in page  # against the active one
    assert browser.get("/releases/99").status_code == 404
    assert browser.get("/releases/1?against=99").status_code == 404


def test_what_is_taken_out_is_shown_confirmed_and_gone(app: Flask, signed_in: SignIn):
    publish(app, *a_catalog(a_plan(), a_table("spare")).values())
    browser = signed_in("process admin")
    asked = browser.get("/releases/1").text
    assert 'href="/releases/publish?remove=table/spare"' in asked

    page = browser.get("/releases/publish?remove=table/spare").text
    assert 'name="remove" value="table/spare"' in page
    assert "1 definition is taken out of the release" in page
    proof = browser.get("/releases/publish/proof?remove=table/spare").text
    assert re.search(r"removed</span>\s*<span class=\"strong\">Spare", proof)

    hasty = browser.post("/releases/publish", remove="table/spare")
    assert hasty.status_code == 422
    assert "onfirm that what you take out" in hasty.text
    assert active(app) == 1

    assert browser.post("/releases/publish", remove="table/spare", sure="yes").status_code == 302
    assert active(app) == 2
    assert "spare" not in browser.get("/releases/2").text.partition('id="contents"')[2]
    assert "Take out …" not in browser.get("/releases/1").text, "only of what is active"


def test_what_is_needed_is_not_taken_out_and_says_who_needs_it(house: Flask, signed_in: SignIn):
    browser = signed_in("process admin")
    proof = browser.get("/releases/publish/proof?remove=table/discount").text
    refused = browser.post("/releases/publish", remove="table/discount", sure="yes")

    assert "plan/fibre" in proof
    assert "must be mended first" in proof
    assert refused.status_code == 422
    assert active(house) == 1


def test_a_long_proof_says_how_far_it_is_and_goes_on(house: Flask, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(releasing, "SPAN", -1.0)  # every test case takes longer than somebody waits
    browser = signed_in("process admin")
    draft(house, a_table("discount", ("> 100", "0.5"), ("<= 100", "0")))  # of which nobody has made a proof yet
    address = "/releases/publish/proof?name=table/discount&note=long"

    begun = browser.get(address).text
    assert '<progress max="2" value="1"' in begun
    assert "1 of 2 test cases tried" in begun
    assert 'id="cases"' in browser.get(address).text


def test_a_publication_that_needs_a_long_proof_says_how_far_it_is_and_goes_on_where_it_stopped(
    house: Flask, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(releasing, "SPAN", -1.0)
    browser = signed_in("process admin")
    draft(house, a_table("discount", ("> 100", "0.3"), ("<= 100", "0")))  # of which nobody has made a proof yet
    before = rows(house)
    sent = {"name": "table/discount", "note": "two\nlines", "accept": list(CHANGED), "when": "later", "sure": "yes"}

    under_way = browser.post("/releases/publish", **sent)
    assert under_way.status_code == 202
    assert "1 of 2 test cases tried" in under_way.text
    assert rows(house) == before
    form = under_way.text.partition("data-goes-on")[2]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
    again = {name: [value for other, value in found if other == name] for name, _ in found}
    assert again.pop("csrf_token")
    assert again == {name: value if isinstance(value, list) else [value] for name, value in sent.items()}

    done = browser.post("/releases/publish", **again)
    assert done.headers["Location"] == "/releases/2"
    assert (active(house), a_caller(house).get("/api/v1/releases/2").json["note"]) == (1, "two\nlines")


def test_a_publication_that_comes_out_differently_is_refused_after_a_long_proof_too(
    house: Flask, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(releasing, "SPAN", -1.0)
    browser = signed_in("process admin")
    draft(house, a_table("discount", ("> 100", "0.4"), ("<= 100", "0")))
    answers = [browser.post("/releases/publish", name="table/discount", note="mine") for _ in range(2)]

    assert [each.status_code for each in answers] == [202, 422]
    assert "2 test cases come out differently" in answers[1].text
    assert active(house) == 1


def test_a_release_tells_what_checks_and_test_cases_say_of_it_today(house: Flask, signed_in: SignIn):
    page = signed_in("order agent").get("/releases/1/proof").text

    assert "nothing is wrong" in page
    assert "2 test cases as expected" in page


def test_only_process_admins_publish_activate_cancel_and_decide(house: Flask, signed_in: SignIn):
    agent = signed_in("order agent")

    assert agent.get("/releases/").status_code == 200
    for address in (
        "/releases/publish",
        "/releases/1/activate",
        "/releases/activations/1/cancel",
        "/releases/proposals/1/approve",
        "/releases/proposals/1/reject",
        "/rehearse/cases",
        "/rehearse/cases/1/remove",
    ):
        assert agent.post(address).status_code == 403, address
    assert agent.get("/releases/publish/proof").status_code == 403


def test_a_rehearsal_is_kept_as_a_test_case_and_removed(house: Flask, signed_in: SignIn):
    browser = signed_in("process admin")
    body = '{"productOrderItem": [{"id": "1", "action": "add", "product": {"productSpecification": {"id": "fibre"}}}]}'

    kept = browser.post("/rehearse/cases", page="/rehearse/", what="text", text=body, against="1", case="from outside")
    assert kept.status_code == 302
    page = browser.get("/rehearse/cases").text
    assert "from outside" in page and "fibre/rate decides 0.1 by r1 of discount" in page
    assert browser.post("/rehearse/cases", what="text", text=body, against="1", case=" ").status_code == 422
    assert browser.post("/rehearse/cases/2/remove").status_code == 302
    assert browser.post("/rehearse/cases/2/remove").status_code == 404
    assert "from outside" not in browser.get("/rehearse/cases").text.split("flash")[0]


def test_a_release_tells_how_many_orders_run_on_it_and_how_many_ended(shop: Shop, signed_in: SignIn):
    for _ in range(3):
        shop.submit()
    shop.run()  # the plan is one milestone, so they end at once
    shop.submit()

    strip = re.sub(r"<[^>]*>|\s+", " ", signed_in("order agent").get("/releases/1").text)
    assert re.search(r"Orders that run on it +1 +Orders that have ended +3", strip)


def test_the_orders_of_a_release_are_listed(house: Flask, signed_in: SignIn):
    page = signed_in("order agent").get("/orders/?release=7").text

    assert "release 7" in page
    assert "No order matches" in page


# --- the interface


def test_the_check_tells_what_publishing_will_say(house: Flask):
    told = a_caller(house).post("/api/v1/definitions/check", {}).json

    assert told["publishable"] is False
    assert [(each["case"], each["passed"], each["missing"], each["unexpected"]) for each in told["cases"]][1] == (
        "table/discount/1",
        False,
        ["0.1"],
        ["0.2"],
    )


def test_a_program_accepts_by_name(house: Flask):
    caller = a_caller(house)
    before = rows(house)

    refused = caller.post("/api/v1/releases", {"accept": ["order/1"]})
    assert refused.status_code == 422
    assert refused.json["errors"] == [
        {"pointer": "/table/discount/1", "message": "'much' expected 0.1, and 0.2 came"},
    ]
    assert caller.post("/api/v1/releases", {"accept": ["order/9"]}).status_code == 404
    assert rows(house) == before
    assert caller.post("/api/v1/releases", {"accept": list(CHANGED)}).status_code == 201
    assert caller.get("/api/v1/cases").json["cases"][1] == {
        "id": "table/discount/1",
        "name": "much",
        "expected": ["0.2"],
    }


def test_a_program_publishes_what_it_checked_or_nothing(house: Flask):
    caller = a_caller(house)
    mark = caller.post("/api/v1/definitions/check", {}).json["mark"]
    draft(house, a_queue("planners"))

    refused = caller.post("/api/v1/releases", {"accept": list(CHANGED), "mark": mark})
    assert refused.status_code == 409
    mark = caller.post("/api/v1/definitions/check", {}).json["mark"]
    assert caller.post("/api/v1/releases", {"accept": list(CHANGED), "mark": mark}).status_code == 201


def test_a_program_schedules_is_asked_about_a_conflict_and_cancels(house: Flask):
    caller = a_caller(house)
    late = {"accept": list(CHANGED), "at": "2999-01-01T00:00:00Z"}
    assert caller.post("/api/v1/releases", late).json["active"] is False
    draft(house, a_table("discount", ("> 100", "0.3"), ("<= 100", "0")))
    asked = caller.post("/api/v1/releases", {"accept": list(CHANGED)})
    assert asked.status_code == 409
    assert asked.json["errors"][0]["pointer"] == "/table/discount"
    assert caller.post("/api/v1/releases", {"accept": list(CHANGED), "scheduled": "keep"}).status_code == 201

    [ahead] = caller.get("/api/v1/releases/activations").json["activations"]
    assert ahead["at"] == "2999-01-01T00:00:00.000Z"
    assert caller.send("DELETE", f"/api/v1/releases/activations/{ahead['id']}").status_code == 204
    assert caller.send("DELETE", f"/api/v1/releases/activations/{ahead['id']}").status_code == 409
    assert caller.get("/api/v1/releases/activations").json["activations"] == []
    past = caller.post("/api/v1/releases", {"at": "2001-01-01T00:00:00Z"})
    assert past.status_code == 409


def test_a_program_keeps_and_drops_test_cases(house: Flask):
    caller = a_caller(house)
    order = {"lines": [{"id": "1", "specification": "fibre", "action": "add"}]}

    made = caller.post("/api/v1/cases", {"name": "a fibre", "order": order, "release": "1"})
    assert made.status_code == 201, made.text
    assert "fibre/bill after fibre/rate" in made.json["expected"]
    assert caller.send("DELETE", f"/api/v1/cases/{made.json['id']}").status_code == 204
    assert caller.send("DELETE", f"/api/v1/cases/{made.json['id']}").status_code == 404
    unreadable = {"lines": [{"id": "1", "specification": "moon", "action": "add"}]}
    assert caller.post("/api/v1/cases", {"name": "x", "order": unreadable, "release": "1"}).status_code == 404


# --- four eyes


@pytest.fixture
def four_eyes(house: Flask, settings: Settings) -> Flask:
    """The same house, where somebody else must approve."""
    app = create_app(msgspec.structs.replace(settings, four_eyes=True), database_of(house))
    app.testing = False
    return app


def entered(app: Flask, name: str) -> Browser:
    add_user(app, name, "process admin")
    browser = Browser(app.test_client())
    assert browser.sign_in(name).status_code == 302
    return browser


def state(app: Flask, id_: int = 1) -> str:
    with database_of(app).reading() as connection:
        return proposals.get(connection, id_).state


def test_a_page_proposes_and_only_somebody_else_approves(four_eyes: Flask):
    ada, bob = entered(four_eyes, "ada"), entered(four_eyes, "bob")

    proposed = ada.post("/releases/publish", name="table/discount", accept=list(CHANGED))
    assert proposed.headers["Location"] == "/releases/proposals/1"
    assert active(four_eyes) == 1
    own = ada.post("/releases/proposals/1/approve")
    assert own.status_code == 403
    assert "somebody else must approve" in own.text
    assert "Approve</button>" not in ada.get("/releases/proposals/1").text
    assert (state(four_eyes), active(four_eyes)) == ("waiting", 1)

    assert "Approve</button>" in bob.get("/releases/proposals/1").text
    assert bob.post("/releases/proposals/1/approve").status_code == 302
    assert (state(four_eyes), active(four_eyes)) == ("approved", 2)
    again = bob.post("/releases/proposals/1/approve")
    assert again.status_code == 422
    assert "was approved by bob already" in again.text


def test_a_proposal_says_how_far_its_proof_is(four_eyes: Flask, monkeypatch: pytest.MonkeyPatch):
    ada, bob = entered(four_eyes, "ada"), entered(four_eyes, "bob")
    ada.post("/releases/publish", name="table/discount", note="slowly", accept=list(CHANGED))
    with database_of(four_eyes).writing() as connection:  # one more, so that it is another proof than that of ada
        case = Case(id=0, name="late", given={"amount": "50"}, expected="0")
        cases.put(connection, "table", "discount", case, by="ada", now=1)
    monkeypatch.setattr(releasing, "SPAN", -1.0)

    for done in (1, 2):
        page = bob.get("/releases/proposals/1").text
        assert f"{done} of 3 test cases tried" in page
        assert 'hx-select="#proposal"' in page
        assert re.search(r"disabled>.*Approve</button>", page)
    page = bob.get("/releases/proposals/1").text
    assert 'id="cases"' in page
    assert not re.search(r"disabled>.*Approve</button>", page)


def test_a_page_rejects_with_a_reason_and_its_author_withdraws(four_eyes: Flask):
    ada, bob = entered(four_eyes, "ada"), entered(four_eyes, "bob")
    for _ in range(2):
        ada.post("/releases/publish", name="table/discount", accept=list(CHANGED))

    assert bob.post("/releases/proposals/1/reject", reason=" ").status_code == 422
    assert bob.post("/releases/proposals/1/withdraw").status_code == 403
    assert bob.post("/releases/proposals/1/reject", reason="Too early").status_code == 302
    assert "Too early" in ada.get("/releases/proposals/1").text
    assert ada.post("/releases/proposals/2/withdraw").status_code == 302
    assert (state(four_eyes, 1), state(four_eyes, 2)) == ("rejected", "withdrawn")


def test_a_program_proposes_and_its_user_cannot_approve_by_any_way(four_eyes: Flask):
    ada = a_caller(four_eyes, "process admin", name="eva")
    bob = a_caller(four_eyes, "process admin", name="bob")
    robot = a_caller(four_eyes)

    proposed = ada.post("/api/v1/releases", {"accept": list(CHANGED)})
    assert proposed.status_code == 202
    assert proposed.headers["Location"] == "/api/v1/proposals/1"
    assert (proposed.json["state"], proposed.json["written_by"]) == ("waiting", ["ada", "eva"])
    own = ada.post("/api/v1/proposals/1/approve", {})
    assert own.status_code == 403
    assert robot.post("/api/v1/proposals/1/approve", {}).status_code == 403
    assert state(four_eyes) == "waiting"
    assert bob.post("/api/v1/proposals/1/approve", {}).json["release"] == "2"
    assert bob.post("/api/v1/proposals/1/approve", {}).status_code == 409
    assert [each["state"] for each in bob.get("/api/v1/proposals").json["proposals"]] == ["approved"]


def test_a_program_cannot_approve_what_changed(four_eyes: Flask):
    eva = a_caller(four_eyes, "process admin", name="eva")
    bob = a_caller(four_eyes, "process admin", name="bob")
    eva.post("/api/v1/releases", {"accept": list(CHANGED)})
    draft(four_eyes, a_table("discount", ("> 100", "0.9"), ("<= 100", "0")))

    assert bob.get("/api/v1/proposals/1").json["void"] == ["table/discount"]
    refused = bob.post("/api/v1/proposals/1/approve", {})
    assert refused.status_code == 409
    assert "table/discount changed since it was made" in refused.json["detail"]
    assert bob.post("/api/v1/proposals/1/reject", {}).status_code == 422
    assert bob.post("/api/v1/proposals/1/reject", {"reason": "Again, please"}).json["state"] == "rejected"


# --- the command line


def run(instance: Path, *words: str, **environment: str):
    return CliRunner(env={"ORDERLOOM_INSTANCE": str(instance), **environment}).invoke(cli, list(words))


def test_the_command_line_refuses_changed_outcomes_until_they_are_accepted(
    house: Flask, settings: Settings, tmp_path: Path
):
    folder.write([CHEAPER], tmp_path / "out")
    words = ("publish", str(tmp_path / "out"), "--author", "ada")

    refused = run(settings.instance, *words)
    assert refused.exit_code == 1
    assert "2 test cases come out differently" in refused.output
    assert "'much' expected 0.1, and 0.2 came" in refused.output
    assert run(settings.instance, *words, "--accept", "order/1").exit_code == 1
    done = run(settings.instance, *words, "--accept", "order/1", "--accept", "table/discount/1")
    assert done.exit_code == 0, done.output
    assert "Release 2 is published" in done.output


def test_the_command_line_accepts_all_and_schedules(house: Flask, settings: Settings, tmp_path: Path):
    folder.write([CHEAPER], tmp_path / "out")
    words = ("publish", str(tmp_path / "out"), "--accept-all")

    assert run(settings.instance, *words, "--at", "2001-01-01T00:00Z").exit_code == 1
    done = run(settings.instance, *words, "--at", "2999-01-01T08:30Z")
    assert "will be active from 2999-01-01 08:30 UTC" in done.output
    assert active(house) == 1


def test_the_command_line_only_proposes_where_four_eyes_are_asked_for(house: Flask, settings: Settings, tmp_path: Path):
    folder.write([CHEAPER], tmp_path / "out")
    words = ("publish", str(tmp_path / "out"), "--accept-all", "--author", "ada")

    done = run(settings.instance, *words, ORDERLOOM_FOUR_EYES="yes")
    assert "Proposal 1 waits for somebody else than ada to approve it." in done.output
    assert (state(house), active(house)) == ("waiting", 1)
    assert run(settings.instance, *words, ORDERLOOM_FOUR_EYES="perhaps").exit_code == 1
