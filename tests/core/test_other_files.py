"""Address cards, web pages called spreadsheets, and code pages of the world become rows."""

import pytest

from app.core.spreadsheets import read_spreadsheet

CARDS = {
    "2.1, quoted-printable": (
        "BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Jos=C3=A9 =\r\n"
        "Rao\r\nTEL;HOME:303-555-0150\r\nTEL;CELL;PREF:303-555-0142\r\nEND:VCARD\r\n",
        ["José Rao", "303-555-0142", "303-555-0150"],
    ),
    "4.0, lower case": (
        "begin:vcard\nversion:4.0\nfn:Asha Rao\n"
        'tel;value=uri;type="cell,voice":tel:+1-303-555-0142\nend:vcard\n',
        ["Asha Rao", "+1-303-555-0142"],
    ),
    "an iPhone's, folded": (
        "BEGIN:VCARD\nVERSION:3.0\nN:Rao;Asha;;;\nFN:Asha\n  Rao\n"
        "item1.TEL;type=pref:303-555-0142\n"
        "item1.X-ABLabel:_$!<Other>!$_\nTEL;TYPE=FAX:303-555-0150\nEND:VCARD\n",
        ["Asha Rao", "303-555-0142"],
    ),
    "without a formatted name": (
        "\ufeffBEGIN:VCARD\nN:Rao;Asha;B.;;\nTEL:303-555-0142\nEND:VCARD\n",
        ["Asha B. Rao", "303-555-0142"],
    ),
}
TABLE = "<table><tr><th>Name</th><th>Cell</th></tr><tr><td>Jos&eacute;</td><td>1</td></tr></table>"
PAGES = {
    "a table alone": TABLE,
    "a whole page": f"<!DOCTYPE html><html><head><style>td {{}}</style></head>{TABLE}</html>",
    "after a meta tag": f'\ufeff<meta charset="utf-8">{TABLE}',
    "in capitals": TABLE.upper().replace("JOS&EACUTE;", "José"),
    "MHTML": "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=X\n\n--X\n"
    f'Content-Type: text/html; charset="utf-8"\n\n{TABLE}\n--X--\n',
    "Excel's XML": '<?xml version="1.0"?><Workbook xmlns="urn:x" xmlns:ss="urn:x"><Worksheet>'
    "<Table><Row><Cell><Data>Name</Data></Cell><Cell><Data>Cell</Data></Cell></Row>"
    '<Row ss:Hidden="1"><Cell><Data>Gone</Data></Cell></Row>'
    "<Row><Cell><Data>José</Data></Cell><Cell><Data>1</Data></Cell></Row></Table></Worksheet>"
    "</Workbook>",
}
LETTERS = {
    "cp1252": "Peña;Müller;François",
    "cp1250": "Łukasz Żak;Jiří Dvořák",
    "cp1251": "Имя;Иван Петров",
    "koi8_u": "Имя;Иван Петров",
    "cp866": "Имя;Иван Петров",
    "cp1253": "Όνομα;Γιώργος Παπαδόπουλος",
    "cp1254": "Adı;Şükrü Yılmaz",
    "cp1255": "שם;משה כהן",
    "cp1256": "الاسم;محمد علي",
    "cp1257": "Vardas;Žydrūnas Jonė",
    "cp874": "ชื่อ;สมชาย ใจดี",
    "gb18030": "姓名;王小明",
    "big5hkscs": "姓名;陳大文",
    "cp932": "氏名;ヤマダ 太郎",
    "cp949": "이름;김철수",
    "mac_roman": "José;Jürgen Groß",
}


@pytest.mark.parametrize("kind", CARDS)
def test_address_cards_are_read_the_mobile_phone_first(kind):
    text, cells = CARDS[kind]
    assert read_spreadsheet(text.encode()).rows[1].cells == cells


def test_each_card_is_a_row():
    text = "".join(f"BEGIN:VCARD\nFN:P{n}\nTEL:303555010{n}\nEND:VCARD\n" for n in range(3))
    assert [row.cells[0] for row in read_spreadsheet(text.encode()).rows[1:]] == ["P0", "P1", "P2"]


@pytest.mark.parametrize("kind", PAGES)
def test_a_web_page_that_is_called_a_spreadsheet_is_read(kind):
    rows = [row.cells for row in read_spreadsheet(PAGES[kind].encode()).rows]
    assert [[cell.lower() for cell in cells] for cells in rows] == [["name", "cell"], ["josé", "1"]]


def test_what_excel_puts_around_a_cell_is_taken_off():
    data = b'="Name",="Cell"\n="Rao, Asha","=""3035550142"""\n'
    assert read_spreadsheet(data).rows[1].cells == ["Rao, Asha", "3035550142"]


@pytest.mark.parametrize("encoding", LETTERS)
def test_names_are_read_in_the_code_page_of_their_excel(encoding):
    text = f"{LETTERS[encoding]};3035550142\n"
    sheet = read_spreadsheet(text.encode(encoding))
    assert sheet.rows[0].cells == text.strip().split(";")
    # Of two code pages with the same letters, either is right.
    assert sheet.encoding == encoding
