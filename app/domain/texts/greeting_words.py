"""Words around first names: titles, joiners of couples, families, and cells that hold no name.

All in small letters, without a dot at the end.
"""


def _read_words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _read_phrases(text: str) -> frozenset[str]:
    """Return what stands between semicolons, each with single spaces."""
    return frozenset(" ".join(phrase.split()) for phrase in text.split(";"))


# Beside those that nameparser knows: congregations, schools and associations, in the languages
# of the opt-outs and of their neighbours.
MORE_TITLES = _read_words(
    """
    abbé abog apostle arq avv bishop br bro broeder brother bruder canon cantor capt chaplain
    coach col d dame deacon deaconess dhr dipl dipl.-ing doctor doctora don dona dott dott.ssa
    doña dr drs ds dña elder evangelist father fr fra frau frk fru fräulein frère haji hajja
    hajji heer hermana hermano herr herrn hon hr imam ing irmã irmão ks kumari lic lt m ma'am
    madam madame mademoiselle mag maulana meneer messrs mevr mevrouw minister miss mlle mlles mm mme
    mmes monsieur monsignor mother mr mrs ms msgr mw mx padre pan pani paní pasteur pastor pastora
    pater pere pfarrer pfarrerin ph.d principal prof profesor profesora prophet père rabbi
    rector rev revd reverend reverendo sardar schwester senhor senhora señor señora señorita sgt
    shaykh sheikh shri sig sig.na sig.ra signor signora signorina sir sis sister smt soeur sr
    sra sres sri srta suor sœur ustadh vicar zuster
    """
)
# nameparser's titles that parents give as names: nobody is greeted by the family name.
TITLES_THAT_ARE_NAMES = _read_words(
    """
    banner baron chance christian d dean don duke earl first goodman king mahdi may me met pir
    prince princess private pro queen rex royal sterling
    """
)
# Titles before two names or more, and first names before one.
TITLES_OR_NAMES = _read_words(
    """
    abbot bishop chief count elder fra general guru judge justice kumari lady lama m mag major
    marshal master pan pope prior sardar sheikh sri
    """
)
COUPLE_JOINERS = _read_words(
    """
    & + / and e en et i och og und y
    """
)
# Family names begin with them: van der Berg.
PARTICLES = _read_words(
    """
    abu af al av ben bin bint da das de del den der di do dos du el ibn la las le los mac mc o
    op saint san santa st te ten ter van vom von zu zur
    """
)
# Of these, first names too: "Dr. Ben Ode", "Mr. Al Green".
NAME_PARTICLES = _read_words("al ben")
TITLE_ARTICLES = _read_words("de der die el la le")
# Behind a name, with a comma or without: John Smith, MD.
SUFFIXES = _read_words(
    """
    cbe cpa dds dvm esq ii iii iv jd jnr jr m.d mba mbe md obe ph.d phd rn snr sr
    """
)
FAMILY_WORDS = _read_words(
    """
    ehepaar eheleute estate fam famiglia familia familie familien families famille family família
    foyer gezin haushalt hogar home household households perhe residence residents
    """
)
# "Guest of Asha": the name is somebody else's.
RELATION_WORDS = _read_words(
    """
    carer child children daughter eltern father friend guardian guardians guest guests husband
    madre mom mother mum mutter niece nephew owner padre padres parent parents père mère
    relative sister brother son spouse vater widow wife
    """
)
ORGANISATION_WORDS = _read_words(
    """
    co company corp e.v ev foundation gmbh inc llc ltd ministries plc
    """
)
# Of "Unknown Name" and "Unbekannt" no first name is known.
UNKNOWN_WORDS = _read_words(
    """
    desconocida desconocido inconnu inconnue sconosciuto unbekannt unknown
    """
)
# Whole cells, one between two semicolons. "Mr. Null" exists, and "Jennifer Null": only a name of
# nothing else is none.
NO_NAMES = _read_phrases(
    """
    (blank); and; anonym; anonyme; anonymous; anónimo; blank; empty; first name; full name; guest;
    k.a; leer; n.a; n/a; na; name; nan; nil; no name; nombre; noname; none; not available;
    not given; not provided; null; ohne name; prénom; s/n; sans nom; sem nome; senza nome;
    sin nombre; tba; the; plus one; tbd; undefined; vorname
    """
)
