"""What is pressed on a page before a fault's picture, where the page alone does not show it."""

from app import demo
from tests.browser.addresses import PICNIC

LONG_NAME = "St. Bartholomew Congregation of Kirchheimbolanden and Surrounding Parishes"


def open_assign(page):
    """The menu of a conversation that assigns it; on a phone it is among the others now."""
    menu = page.locator("summary:has-text('Assign'):visible")
    (menu if menu.count() else page.locator("main summary:has-text('More')")).first.click()


def open_survey_menu(page):
    page.locator("main details.menu > summary").first.click()


def write(page, text):
    """A text in the box, typed so that scripts notice."""
    page.fill("#message_body", text)
    page.wait_for_timeout(900)


def type_and_come_back(page):
    write(page, "Hi everyone, the harvest supper is on Sunday")
    page.goto(page.fault_site.url + "/")
    page.goto(page.fault_site.url + "/blasts/new")


def choose_people(page):
    for box in page.locator("main tbody input[type=checkbox]").all()[:3]:
        box.check()


def write_with_name(page):
    write(page, PICNIC)
    _press(page, "Show preview")
    page.wait_for_timeout(600)


def press_cancel(page):
    page.locator("button:has-text('Cancel'):visible").last.click()


def _press(page, words):
    button = page.locator(f"main button:has-text('{words}')")
    if button.count():
        button.first.click()


def _review(page):
    page.click(".sticky button:has-text('Review'), .sticky button:has-text('Check')")
    page.wait_for_load_state()


def review_at_night(page):
    write(page, PICNIC)
    page.click("label:text-is('Later')")
    page.fill("#schedule_date", "2027-05-08")
    page.fill("#schedule_time", "03:00")
    _review(page)


def review_everyone(page):
    write(page, PICNIC)
    _review(page)


def review_odd_name(page):
    site = page.fault_site.url
    page.goto(site + "/community/add")
    page.fill("#name", "N4RE MENSAH")
    page.fill("#phone", "(720) 555-0199")
    page.click(".sticky button:has-text('Add')")
    page.goto(site + "/blasts/new")
    review_everyone(page)


def review_and_open_texts(page):
    review_everyone(page)
    fold = page.locator("summary:has-text('Every text')")
    if fold.count():
        fold.click()
    page.locator("main bdi, main td").last.scroll_into_view_if_needed()


def _phone(page):
    """Another window, with a practice phone."""
    phone = page.context.new_page()
    phone.goto(f"{page.fault_site.url}/sandbox/{demo.make_demo_phone(9)[1:]}")
    return phone


def let_a_phone_write(page):
    phone = _phone(page)
    phone.fill("main [name=body]:visible", "Is there parking?")
    phone.keyboard.press("Enter")
    phone.wait_for_timeout(500)
    phone.close()
    page.wait_for_timeout(6500)


def let_a_phone_send_a_picture(page):
    phone = _phone(page)
    phone.click("text=Send a picture")
    phone.wait_for_timeout(500)
    phone.close()
    page.reload()


def enter_demo(page):
    """By one press, or as it was: by an account and a box to tick."""
    page.goto(page.fault_site.empty.setup_address)
    if not page.fault_site.is_before:
        page.click("text=Look around in the demo", timeout=60_000)
        page.wait_for_selector("text=Needs attention", timeout=60_000)
        return
    page.fill("#username", "ada")
    page.fill("#password", "a long password of words")
    page.fill("#organisation", "Riverside Community")
    for box in page.locator("main input[type=checkbox]").all():
        box.check()
    page.click("main button[type=submit]")
    page.wait_for_load_state()


def show_chart(page):
    page.locator("svg.bar").first.scroll_into_view_if_needed()


def show_columns(page):
    page.locator("h2:has-text('Columns')").first.evaluate("(heading) => heading.scrollIntoView()")


def press_take_off(page):
    button = page.locator("main summary:has-text('Take off')")
    if button.count():
        button.first.click()


def open_person_menu(page):
    menu = page.locator("main .top details > summary, main details.menu > summary")
    if menu.count():
        menu.first.click()


def point_at_a_row(page):
    page.locator("main tbody tr").nth(4).hover()


def as_printed(page):
    page.emulate_media(media="print")


def search_everything(page):
    page.keyboard.press("Control+k")
    page.keyboard.type("picnic")
    page.wait_for_timeout(900)


def show_events(page):
    to = page.locator(".to summary")
    if to.count():
        to.click()
    page.click("label:has-text('People of an event')")
    page.evaluate("document.querySelector('#event_id').size = 3")


def rename_organization(page):
    page.fill("#organisation", LONG_NAME)
    page.click(".sticky button:has-text('Save')")
    page.wait_for_load_state()


def fail_to_sign_in(page):
    for _ in range(7):
        page.fill("#username", "ada")
        page.fill("#password", "not the password")
        page.click("main button:has-text('Sign in')")
        page.wait_for_load_state()
