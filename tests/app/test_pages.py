"""What people see and do in pages, and who may do what."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from designer import drafts
from runtime import queries
from runtime.core.definitions import Field
from tests.builders import a_catalog, a_plan, a_queue, a_task, an_item

from .conftest import Browser, Shop, add_user

SignIn = Callable[..., Browser]
FORM = (
    Field(name="serial", label="Serial number", required=True),
    Field(name="rooms", label="Rooms", type="number"),
    Field(name="cable", label="Cable", type="choice", choices=("new", "old")),
    Field(name="done_on", label="Done on", type="date"),
    Field(name="tested", label="Tested", type="boolean"),
    Field(name="remarks", label="Remarks", type="text"),
)


@pytest.fixture
def with_a_task(shop: Shop) -> int:
    """An order whose one item is manual work with a form; the number of its task."""
    shop.publish(*a_catalog(a_plan(a_task(form=FORM)), a_queue()).values(), note="with a task")
    order = shop.submit()
    shop.run()
    with shop.database.reading() as connection:
        [task] = queries.find_tasks(connection, order=order)
    return task.id


def test_an_empty_orders_list_says_what_to_do(shop: Shop, signed_in: SignIn):
    page = signed_in("order agent").get("/orders/").text

    assert "No orders yet" in page
    assert "Submit an order" in page


def test_before_anything_is_published_the_list_says_so(app: Flask, signed_in: SignIn):
    assert "Nothing can be ordered yet" in signed_in("order agent").get("/orders/").text


def test_the_orders_list_is_searched_and_filtered(shop: Shop, signed_in: SignIn):
    first, second = shop.submit(), shop.submit()
    shop.run()
    browser = signed_in("order agent")

    assert f'id="order-{first}"' in browser.get("/orders/").text
    assert f'id="order-{second}"' not in browser.get(f"/orders/?q={first}").text
    assert "No order matches" in browser.get("/orders/?state=cancelled").text


def test_long_lists_are_paged_by_cursor(shop: Shop, signed_in: SignIn):
    numbers = [shop.submit() for _ in range(45)]
    browser = signed_in("order agent")

    first = browser.get("/orders/").text
    assert f'id="order-{numbers[-1]}"' in first
    assert f'id="order-{numbers[0]}"' not in first
    assert f'id="order-{numbers[0]}"' in browser.get(f"/orders/?before={numbers[5]}").text
    assert f'id="order-{numbers[0]}"' in browser.get("/orders/?sort=oldest").text


def test_an_order_shows_its_release_its_plan_and_its_history(shop: Shop, signed_in: SignIn):
    order = shop.submit()
    shop.run()
    browser = signed_in("order agent")

    page = browser.get(f"/orders/{order}").text
    assert "Survey" in page
    assert "<svg" in page
    assert "/releases/1" in page
    assert "Plan generated with 1 item" in browser.get(f"/orders/{order}?view=history").text
    assert "fibre" in browser.get(f"/orders/{order}?view=lines").text.lower()
    assert "As the caller wrote it" in browser.get(f"/orders/{order}?view=request").text


def test_a_pending_item_says_what_it_waits_for(shop: Shop, signed_in: SignIn):
    shop.publish(*a_catalog(a_plan(a_task(), an_item("bill"), after={"bill": "install"}), a_queue()).values())
    order = shop.submit()
    shop.run()

    page = signed_in("order agent").get(f"/orders/{order}?item=1").text
    assert "Pending until this has ended" in page
    assert "Install" in page


def test_a_page_that_polls_gets_304_until_something_happens(shop: Shop, with_a_task: int, signed_in: SignIn):
    browser = signed_in("fulfilment agent")
    polls = {"HX-Request": "true"}
    first = browser.get("/orders/1", headers=polls)
    again = browser.get("/orders/1", headers={**polls, "If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)

    browser.post(f"/tasks/{with_a_task}/claim")
    changed = browser.get("/orders/1", headers={**polls, "If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_a_poll_of_one_reader_never_answers_another(shop: Shop, with_a_task: int, signed_in: SignIn):
    polls = {"HX-Request": "true"}
    tag = signed_in("order agent").get("/orders/1", headers=polls).headers["ETag"]

    assert signed_in("fallout agent").get("/orders/1", headers={**polls, "If-None-Match": tag}).status_code == 200


def test_an_order_that_is_not_there_is_a_calm_404(shop: Shop, signed_in: SignIn):
    answer = signed_in("order agent").get("/orders/77")

    assert answer.status_code == 404
    assert "There is no order 77" in answer.text


def test_a_task_is_claimed_filled_in_and_completed(shop: Shop, with_a_task: int, signed_in: SignIn):
    browser = signed_in("fulfilment agent")
    assert "Install" in browser.get("/tasks/").text
    browser.post(f"/tasks/{with_a_task}/claim")
    assert "Install" in browser.get("/tasks/?view=mine").text

    done = browser.post(f"/tasks/{with_a_task}/complete", value_serial="SN-1", value_rooms="3")
    assert done.status_code == 302
    shop.run()
    assert shop.states(1) == {"install": "completed"}
    assert "SN-1" in browser.get(f"/tasks/{with_a_task}").text


def test_a_form_that_is_wrong_says_so_at_each_field_and_keeps_what_was_typed(
    shop: Shop, with_a_task: int, signed_in: SignIn
):
    answer = signed_in("fulfilment agent").post(f"/tasks/{with_a_task}/complete", value_rooms="three")

    assert answer.status_code == 422
    assert "Serial number is required" in answer.text
    assert "Rooms must be a number" in answer.text
    assert 'value="three"' in answer.text
    assert shop.states(1) == {"install": "waiting"}


def test_a_claimed_task_is_not_completed_by_a_colleague_unseen(shop: Shop, with_a_task: int, signed_in: SignIn):
    signed_in("fulfilment agent").post(f"/tasks/{with_a_task}/claim")
    colleague = signed_in("fulfilment agent")

    assert colleague.post(f"/tasks/{with_a_task}/complete", value_serial="SN-1").status_code == 403
    colleague.post(f"/tasks/{with_a_task}/claim")
    assert colleague.post(f"/tasks/{with_a_task}/complete", value_serial="SN-1").status_code == 302


def test_a_task_for_another_role_is_neither_listed_nor_opened(shop: Shop, with_a_task: int, signed_in: SignIn):
    browser = signed_in("order approver")

    assert "Nothing to do" in browser.get("/tasks/").text
    assert browser.get(f"/tasks/{with_a_task}").status_code == 403
    assert browser.post(f"/tasks/{with_a_task}/claim").status_code == 403


def test_a_manager_works_what_those_do_whom_they_lead(shop: Shop, with_a_task: int, signed_in: SignIn):
    assert "Install" in signed_in("fulfilment manager").get("/tasks/").text


def test_only_fallout_agents_skip_and_an_illegal_move_is_refused(shop: Shop, with_a_task: int, signed_in: SignIn):
    assert signed_in("order agent").post("/orders/1/items/0/skip", reason="x").status_code == 403
    agent = signed_in("fallout agent")
    assert agent.post("/orders/1/items/0/retry").status_code == 302  # to the order, which says what is true
    assert shop.states(1) == {"install": "waiting"}
    assert agent.post("/orders/1/items/0/skip", reason="not needed").status_code == 302
    assert shop.states(1) == {"install": "skipped"}
    assert "not needed" in agent.get("/orders/1?item=0").text


def test_the_definitions_list_marks_drafts_and_what_is_active(shop: Shop, signed_in: SignIn):
    shop.draft(a_plan(an_item("survey", name="Look at the site")))

    page = signed_in("process admin").get("/definitions/").text
    assert "draft" in page
    assert "In the active release" in page
    assert "Publish 1 draft" in page


def test_every_kind_of_definition_can_be_shown(shop: Shop, signed_in: SignIn):
    browser = signed_in("process admin")
    with shop.database.reading() as connection:
        names = [(entry.kind, entry.key) for entry in drafts.definitions(connection)]
    assert names
    for kind, key in names:
        assert browser.get(f"/definitions/{kind}/{key}").status_code == 200, (kind, key)
        assert browser.get(f"/definitions/{kind}/{key}?view=text").status_code == 200, (kind, key)


def test_a_draft_is_edited_checked_and_published_in_pages(shop: Shop, signed_in: SignIn):
    browser = signed_in("process admin")
    text = "kind: plan\nkey: fibre\nname: Fibre\nitems:\n  - kind: milestone\n    key: done\n    name: Done\n"

    assert browser.post("/definitions/plan/fibre/edit", text=text, revision="0").status_code == 302
    assert "The checks find nothing wrong" in browser.get("/definitions/plan/fibre").text
    published = browser.post("/releases/publish", name="plan/fibre", note="done at last", when="now")
    assert published.status_code == 302
    assert "done at last" in browser.get("/releases/").text


def test_text_that_is_no_definition_is_shown_again_with_what_is_wrong(shop: Shop, signed_in: SignIn):
    answer = signed_in("process admin").post("/definitions/plan/fibre/edit", text="kind: plan\nkey: fibre\n")

    assert answer.status_code == 422
    assert "key: fibre" in answer.text
    assert "name" in answer.text


def test_a_draft_that_somebody_else_saved_meanwhile_is_not_overwritten_unseen(shop: Shop, signed_in: SignIn):
    browser = signed_in("process admin")
    shop.draft(a_plan(an_item(name="Theirs")))
    mine = "kind: plan\nkey: fibre\nname: Mine\n"

    answer = browser.post("/definitions/plan/fibre/edit", text=mine, revision="0")
    assert answer.status_code == 422
    assert "ada saved this draft" in answer.text


def test_a_release_with_errors_is_not_published_and_says_which(shop: Shop, signed_in: SignIn):
    shop.draft(a_plan(a_task(queue="")))
    browser = signed_in("process admin")

    assert browser.post("/releases/publish", name="plan/fibre").status_code == 422
    assert "must be mended first" in browser.get("/releases/publish/proof?name=plan/fibre").text


def test_an_older_release_is_activated_again_and_the_history_tells_both(shop: Shop, signed_in: SignIn):
    shop.publish(a_plan(an_item(name="Second")))
    browser = signed_in("process admin")

    browser.post("/releases/1/activate")
    page = browser.get("/releases/").text
    assert page.count("Release 1") >= 2
    assert "/releases/2/activate" in page


def test_only_admins_see_access(shop: Shop, signed_in: SignIn):
    assert signed_in("order agent").get("/access/").status_code == 403
    assert "Users" in signed_in("process admin").get("/access/").text


def test_an_admin_adds_a_user_who_then_signs_in(app: Flask, signed_in: SignIn):
    admin = signed_in("process admin")
    fields = {"name": "grace", "full_name": "Grace", "password": "long enough", "roles": "order agent"}
    assert admin.post("/access/users/new", page="/access/users/new", **fields).status_code == 302

    assert Browser(app.test_client()).sign_in("grace", "long enough").status_code == 302


def test_a_token_is_shown_once_and_can_be_revoked(app: Flask, signed_in: SignIn):
    admin = signed_in("process admin")
    add_user(app, "shop", "api")
    made = admin.post("/access/tokens/new", user="shop", name="web shop", scopes="orders:write", days="30")
    assert "olm_" in made.text

    assert "olm_" not in admin.get("/access/").text
    assert admin.post("/access/tokens/1/revoke").status_code == 302
    assert "revoked" in admin.get("/access/").text


def test_times_are_shown_in_the_readers_zone_and_colours_in_their_theme(shop: Shop, signed_in: SignIn):
    order = shop.submit()
    browser = signed_in("order agent")
    browser.client.set_cookie("zone", "Asia/Tokyo")
    browser.client.set_cookie("theme", "dark")

    page = browser.get(f"/orders/{order}").text
    assert "15 Nov 2023, 07:13:20" in page
    assert 'data-theme="dark"' in page


def test_a_zone_or_theme_nobody_knows_is_ignored(shop: Shop, signed_in: SignIn):
    browser = signed_in("order agent")
    browser.client.set_cookie("zone", "../etc/passwd")
    browser.client.set_cookie("theme", '"><script>')

    page = browser.get("/account").text
    assert "UTC" in page
    assert "<script>" not in page
