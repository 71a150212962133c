"""A social manager's evening on a phone: Sol presses what Sol may, and is offered nothing else."""

from tests.sample_people import PASSWORD

NAME, PHONE_NUMBER = "Uma Patel", "303 555 0155"
REPLY = "See you there, and thank you!"
ADMINS_ACTS = ("Add person", "Import", "Export", "Delete", "Edit", "Erase", "Remove from the")
ADMINS_PAGES = ("/users", "/settings", "/audit", "/suppression", "/community/add")


def add_manager(page, url):
    """An admin adds the user Sol."""
    page.goto(url + "/users/add")
    page.fill("#username", "sol")
    page.check("[name=role][value=social_manager]")
    page.click("main summary")
    page.fill("#password", PASSWORD)
    page.uncheck("[name=must_change_password]")
    page.click(".sticky button:text-is('Add user')")
    page.wait_for_selector("main >> text=sol")


def press_buttons(page, url, picture):
    """Walk with a finger through a demo; `picture(name)` is called where it is worth a look.

    `page` is a phone's window in which nobody is signed in yet.
    """
    _sign_in(page, url)
    _reply(page, picture)
    _add_person_to_event(page, picture)
    _stop_texts(page, picture)
    _see_nothing_of_the_admins(page, url, picture)


def _sign_in(page, url):
    page.goto(url + "/login")
    page.fill("#username", "sol")
    page.fill("#password", PASSWORD)
    page.tap("main button:text-is('Sign in')")
    page.wait_for_selector(".tabs")


def _reply(page, picture):
    page.tap(".tabs a:has-text('Inbox')")
    page.tap("#threads a:has-text('wheelchair')")
    page.wait_for_selector("#talk")
    page.tap(".more-acts > summary")
    page.tap("text=About this person")
    page.tap("text=Back to the conversation")
    page.fill("#body", REPLY)
    picture("manager-reply")
    page.tap("#reply-form button:has-text('Send reply')")
    page.wait_for_selector(f"#live .bub.out:has-text('{REPLY}')")
    page.tap("main button:has-text('Done')")
    page.wait_for_selector("text=Done. It comes back if they text again.")


def _add_person_to_event(page, picture):
    """Register a new person for the coming event, then note that they may come."""
    page.tap(".tabs >> text=More")
    page.tap(".tabs a:has-text('Events')")
    page.tap("main tbody th a >> nth=0")
    page.tap("main a:has-text('Add a person')")
    page.wait_for_selector("h1:text-is('Add a person')")
    page.fill("#name", NAME)
    page.fill("#phone", PHONE_NUMBER)
    picture("manager-add")
    page.tap(".sticky button:text-is('Save')")
    page.wait_for_selector(f"text={NAME} was registered.")
    _answer_for(page, picture)


def _answer_for(page, picture):
    page.fill("main [type=search]", NAME)
    page.tap("main button:has-text('Search')")
    row = page.locator(f"main tbody tr:has-text('{NAME}')")
    row.locator("summary").tap()
    row.locator("select").select_option("maybe")
    picture("manager-answer")
    row.locator("button:has-text('Save')").tap()
    page.wait_for_selector(f"main tbody tr:has-text('{NAME}') [data-l=Answer]:has-text('Maybe')")


def _stop_texts(page, picture):
    """Put a person of the community on the do-not-text list, who asked for it by word of mouth."""
    page.tap(".tabs a:has-text('Community')")
    page.wait_for_selector("h1:text-is('Community')")
    _expect_no_acts_of_admins(page)
    page.tap("main tbody th a >> nth=1")
    page.wait_for_selector("text=Can we text them?")
    page.tap("main .row-menu > summary")
    _expect_no_acts_of_admins(page)
    page.tap("text=Add to the do-not-text list")
    picture("manager-question")
    page.tap("dialog button:text-is('Add to the do-not-text list')")
    page.wait_for_selector("main >> text=An admin can remove them from the list.")
    picture("manager-do-not-text")


def _expect_no_acts_of_admins(page):
    shown = page.locator("main :is(a.btn, button, summary):visible").all_inner_texts()
    offered = [words for words in shown if words.strip().startswith(ADMINS_ACTS)]
    assert offered == [], f"{page.url} offers {offered}"


def _see_nothing_of_the_admins(page, url, picture):
    page.tap(".tabs >> text=More")
    assert not {"Users", "Settings", "Audit"} & set(page.locator(".tabs a").all_inner_texts())
    for address in ADMINS_PAGES:
        page.goto(url + address)
        page.wait_for_selector("h1:text-is('You can’t open this page')")
        page.wait_for_selector("main >> text=Ask your admin: Grace Okafor")
    picture("manager-refused")
