"""The faults of the walk: where each showed, what was seen, and what was done about it."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser import fault_steps as steps


@dataclass(frozen=True)
class Fault:
    """A fault and the page that shows it, before and after.

    `width` and `height` are those of the window in px, `only` a selector when a part of the page
    says enough, `is_new` takes the server without users, `do` what is pressed first.
    """

    name: str
    address: str
    seen: str
    done: str
    width: int = 1366
    do: Callable[[Page], None] | None = None
    who: str = "ada"
    only: str = ""
    theme: str = "light"
    height: int = 0
    is_new: bool = False


LOG = "/blasts/logs/{finished}"
FAULTS = (
    Fault(
        "F1",
        "/inbox/{talk}",
        "Assign opens outside the screen",
        "a sheet above the bar",
        390,
        steps.open_assign,
    ),
    Fault(
        "F1b",
        "/surveys/{survey}",
        "More opens outside the screen",
        "a sheet above the bar",
        390,
        steps.open_survey_menu,
    ),
    Fault(
        "F2",
        "/blasts/logs/3",
        "a test says that it went to everybody",
        "“your phone, as Zoë would read it”",
    ),
    Fault(
        "F3",
        "/blasts/new",
        "what was typed is lost by going Home",
        "it is in its place again",
        do=steps.type_and_come_back,
    ),
    Fault(
        "F4",
        "/community",
        "chosen people can only be deleted",
        "they can be added to a group or an event, texted, put on do-not-text",
        do=steps.choose_people,
    ),
    Fault(
        "F5",
        "/blasts/new",
        "counter and preview contradict each other",
        "both count the filled-in texts of the audience",
        do=steps.write_with_name,
        height=900,
    ),
    Fault(
        "F6",
        "/blasts/scheduled/{scheduled}",
        "[Cancel] [Cancel this blast]",
        "[Go back] [Cancel blast]",
        do=steps.press_cancel,
    ),
    Fault("F7", "/keywords", "made-up words: “on its day”", "the date of the event"),
    Fault(
        "F8",
        "/surveys/{survey}/sessions/2",
        "glued words “Yessaid”",
        "the answer, then how it was written",
        only="main section.card",
    ),
    Fault(
        "F8b",
        "/events/{picnic}/reminders",
        "heading glued to the first label, Time alone",
        "space, and the three fields in one row",
    ),
    Fault(
        "F9",
        "/blasts/new",
        "no word about 3 a.m. or a second time",
        "both are said beside the text, with a way out",
        do=steps.review_at_night,
    ),
    Fault(
        "F10",
        "/community",
        "a reply is not noticed on other pages",
        "badge and title count it within five seconds",
        do=steps.let_a_phone_write,
        only=".side",
    ),
    Fault(
        "F11",
        "/blasts/scheduled",
        "“Scheduled” lists every blast ever released",
        "each blast in one list, with filters",
    ),
    Fault(
        "F12",
        LOG,
        "fifty rows before the text and its results",
        "text, one true sentence, figures; people folded",
    ),
    Fault(
        "F13",
        "/inbox/{talk}",
        "Send reply at the edge of a laptop's window",
        "one line that grows, Send in view",
    ),
    Fault("F13b", "/inbox/{talk}", "Send reply under the bar of a phone", "in view", 390),
    Fault("F14", "/blasts/new", "43 px of the box are visible", "To line, box and Review together"),
    Fault("F14b", "/blasts/new", "the box is under the bar of a phone", "all three in view", 390),
    Fault(
        "F15", "/", "a form that no one can use yet", "the instruction alone", who="", is_new=True
    ),
    Fault(
        "F16",
        "/",
        "the demo is an empty product",
        "a year of a made-up congregation",
        who="",
        is_new=True,
        do=steps.enter_demo,
    ),
    Fault("F17", "/people/13035550110", "a person has two pages", "one, from name and number"),
    Fault(
        "F18",
        "/",
        "bars are drawn against the largest",
        "against 100 %, each a link",
        do=steps.show_chart,
        only=".card:has(svg.bar), .card:has(.bar)",
    ),
    Fault(
        "F19",
        "/",
        "first steps for ever, the week at the bottom",
        "what needs you, then the week; first steps fold",
        height=900,
    ),
    Fault("F20", "/surveys", "cards break cells with two parts", "one line of text", 390),
    Fault(
        "F21",
        "/blasts/new",
        "Send is at y = 1,747 on the review",
        "sum and Send in view",
        390,
        steps.review_everyone,
    ),
    Fault(
        "F22",
        "/suppression",
        "Take off where it cannot act",
        "the reason instead",
        do=steps.press_take_off,
    ),
    Fault("F23", "/inbox/replies", "a programmer's notation", "chips with words"),
    Fault(
        "F24",
        "/blasts/new",
        "“Hi NARE”, “Hi N4RE” are not noticed",
        "“Nare”; what looks odd is listed with a place to edit",
        do=steps.review_odd_name,
    ),
    Fault(
        "F25",
        "/events/{event}",
        "people come last, without their answers",
        "coming, maybe, not coming, guests, then the people",
    ),
    Fault(
        "F26",
        "/community/import/{checked}",
        "columns wider than the card",
        "one column a row; consent is asked. Still open: other columns are not kept",
        1024,
        steps.show_columns,
        height=600,
    ),
    Fault(
        "F27",
        "/settings",
        "2,600 px in one run, empty boxes",
        "sections with contents, the real texts. Still open: Twilio is connected in .env",
        1366,
        height=900,
    ),
    Fault("F28", "/audit", "for machines: “thread 3”", "sentences with names and links"),
    Fault(
        "F29",
        "/people/13035550110",
        "Sol cannot put a person on do-not-text",
        "from everywhere",
        who="sol",
        do=steps.open_person_menu,
    ),
    Fault(
        "F30",
        "/inbox?state=all",
        "a picture reads “No texts yet”",
        "“Picture”",
        do=steps.let_a_phone_send_a_picture,
    ),
    Fault("F31", "/blasts/logs", "lists scroll sideways at 1024 px", "they fit", 1024),
    Fault(
        "F33",
        "/inbox/{talk}",
        "two heights of buttons in one row",
        "one height; Keys is a menu",
        only=".talk-head, main > .top:has(.btn)",
        height=600,
    ),
    Fault(
        "F34",
        "/blasts/new",
        "numbers beside short names, below long ones",
        "name and number in columns",
        do=steps.review_and_open_texts,
        height=900,
    ),
    Fault(
        "F35",
        "/suppression",
        "Arabic names at the right of their column",
        "one edge for every name",
    ),
    Fault(
        "F36",
        "/blasts/scheduled/{scheduled}",
        "24 h, day first, beside AM/PM fields",
        "as the country writes it",
    ),
    Fault("F38", "/", "a third of a wide screen is empty", "centered, two columns", 1920),
    Fault(
        "F39",
        "/",
        "the side menu scrolls, Sign out disappears",
        "everything fits",
        1280,
        height=650,
    ),
    Fault(
        "F40",
        "/community",
        "108 underlined links",
        "calm names, whole rows, initials",
        do=steps.point_at_a_row,
    ),
    Fault(
        "F41",
        "/events/{event}",
        "rule wider than the rows, no place to sign",
        "a sign-in sheet",
        do=steps.as_printed,
        width=800,
        height=700,
    ),
    Fault(
        "F42",
        "/surveys/{survey}/edit",
        "two ways to one phone, “…” first",
        "one phone that answers; questions fold",
    ),
    Fault("F43", "/surveys/{survey}/delete", "refused with homework", "says what is deleted"),
    Fault(
        "F44",
        "/community",
        "no search over everything",
        "Ctrl-K from everywhere",
        do=steps.search_everything,
    ),
    Fault("F45", "/account/password", "greets “ada”", "a display name", only="main"),
    Fault(
        "F46",
        "/blasts/new",
        "events without their number of people",
        "with it",
        do=steps.show_events,
    ),
    Fault(
        "F47",
        "/surveys/{survey}",
        "finished 12 > question four 11",
        "each step against those who started; early ends are said first",
        height=900,
    ),
    Fault("F48", "/help", "no word of help anywhere", "a help page, linked where words appear"),
    # These change what the others look at: a name, and a pause of sign-in.
    Fault(
        "F32",
        "/settings",
        "a long name is cut at the column's edge",
        "three lines, then an ellipsis",
        do=steps.rename_organization,
        only=".side",
    ),
    Fault(
        "F37",
        "/login",
        "locked without warning or way on",
        "warned before, says what to do",
        who="",
        do=steps.fail_to_sign_in,
    ),
)
FIGURES = (
    ("P1", "28 files on a first visit", "4 requests (`make tour`, test_page_weight)"),
    ("P2", "141–191 KB, uncompressed", "about 55 KB on the wire"),
    ("P3", "600 zone names in the page (27 KB)", "loaded when the field is used"),
    ("P4", "a layout shift of 0.027 on compose", "0: the fields are hidden by the style sheet"),
    (
        "P5",
        "ten seconds of silence, then 503",
        "“Working…” at once; the text is offered again (test_trouble_pages)",
    ),
)
