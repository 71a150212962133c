"""The encodings that a file may have, and the letters of the languages they are for."""

# In the order of the page, the Western ones first: they win when two are equally likely.
ENCODINGS = {
    "utf-8": "Unicode (UTF-8)",
    "cp1252": "Western European",
    "cp1250": "Central European",
    "cp1251": "Cyrillic",
    "cp1253": "Greek",
    "cp1254": "Turkish",
    "cp1255": "Hebrew",
    "cp1256": "Arabic",
    "cp1257": "Baltic",
    "cp1258": "Vietnamese",
    "cp874": "Thai",
    "gb18030": "Chinese, simplified (GB 18030)",
    "big5hkscs": "Chinese, traditional (Big5)",
    "cp932": "Japanese (Shift JIS)",
    "euc_jp": "Japanese (EUC)",
    "cp949": "Korean (EUC-KR)",
    "mac_roman": "Mac, Western",
    "mac_latin2": "Mac, Central European",
    "mac_cyrillic": "Mac, Cyrillic",
    "cp850": "DOS, Western",
    "cp852": "DOS, Central European",
    "cp866": "DOS, Cyrillic",
    "koi8_u": "Cyrillic (KOI8)",
    "utf-16": "Unicode (UTF-16)",
}
WESTERN_LANGUAGES = (
    "àâæçéèêëîïôœùûüÿ",
    "áéíóúüñªº¿¡",
    "áâãàçéêíóôõúüªº",
    "äöüßéè",
    "àèéìíîòóùú",
    "åäöæøé",
    "áðéíóúýþæö",
    "áàèéëïíóöúü",
)
CENTRAL_LANGUAGES = (
    "ąćęłńóśźż",
    "áäčďéěíĺľňóôŕřšťúůýž",
    "áéíóöőúüű",
    "ăâîşţ",
    "čćđšž",
)
CYRILLIC_LANGUAGES = (
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя№",
    "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя№",
    "абвгдђежзијклљмнњопрстћуфхцчџш№",
)
LANGUAGES_BY_ENCODING = {
    "cp1252": WESTERN_LANGUAGES,
    "cp1250": CENTRAL_LANGUAGES,
    "cp1254": ("çğıöşüâîûi̇",),
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž"),
    "cp1258": ("àáâãèéêìíòóôõùúýăđơư\u0300\u0301\u0303\u0309\u0323",),
    "mac_roman": WESTERN_LANGUAGES,
    "mac_latin2": CENTRAL_LANGUAGES,
    "cp850": WESTERN_LANGUAGES,
    "cp852": CENTRAL_LANGUAGES,
    "cp1251": CYRILLIC_LANGUAGES,
    "koi8_u": CYRILLIC_LANGUAGES,
    "mac_cyrillic": CYRILLIC_LANGUAGES,
    "cp866": CYRILLIC_LANGUAGES,
    "cp1253": ("αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋ",),
    "cp1255": ("אבגדהוזחטיךכלםמןנסעףפץצקרשת",),
    "cp1256": ("ابتثجحخدذرزسشصضطظعغفقكلمنهويةىءآأؤإئپچژگک",),
    "cp874": ("".join(map(chr, range(0x0E01, 0x0E5C))),),
}
# Every byte above 127 is a letter in some of them: there the frequent letters decide.
FREQUENT_LETTERS = {
    "cp1251": "оеаинтсрвлкмдпуяйьычбгзі",
    "koi8_u": "оеаинтсрвлкмдпуяйьычбгзі",
    "mac_cyrillic": "оеаинтсрвлкмдпуяйьычбгзі",
    "cp866": "оеаинтсрвлкмдпуяйьычбгзі",
    "cp1253": "αοιετσνηρςκπλμγδίάόέήώ",
    "cp1255": "יוהלאתרבמשנדקחעםןכפגטס",
    "cp1256": "اليمنرتوبدحسعةأهفك",
    "cp874": "านรอกเงมยลวดทสตะปบคหแจพชขใไณธศซภ่้ัิีุู์็ื",
}
# The first bytes of the frequent half of the characters of a double-byte encoding.
FREQUENT_LEADS = {
    "gb18030": ("gb2312", range(0xB0, 0xD8)),
    "big5hkscs": ("big5", range(0xA4, 0xC7)),
    "cp932": ("shift_jis", range(0x88, 0x98)),
    "euc_jp": ("euc_jp", range(0xB0, 0xD0)),
    "cp949": ("euc_kr", range(0xB0, 0xC9)),
}
