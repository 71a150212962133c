"""Which money people of a country count in."""

EURO_COUNTRIES = """
    AD AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MC ME MT NL PT SI SK SM VA XK
"""
EURO_REGIONS = frozenset(EURO_COUNTRIES.split())
# Other countries that SMS Admin is likely to be used in; elsewhere Twilio's own dollars.
CURRENCY_BY_REGION = {
    "AU": "AUD",
    "BR": "BRL",
    "CA": "CAD",
    "CH": "CHF",
    "CZ": "CZK",
    "DK": "DKK",
    "GB": "GBP",
    "GH": "GHS",
    "HU": "HUF",
    "IL": "ILS",
    "IN": "INR",
    "JP": "JPY",
    "KE": "KES",
    "LI": "CHF",
    "MX": "MXN",
    "NG": "NGN",
    "NO": "NOK",
    "NZ": "NZD",
    "PH": "PHP",
    "PL": "PLN",
    "RO": "RON",
    "SE": "SEK",
    "ZA": "ZAR",
}
DEFAULT_CURRENCY = "USD"


def get_country_currency(region: str) -> str:
    """Return the currency of a country in three letters."""
    if region in EURO_REGIONS:
        return "EUR"
    return CURRENCY_BY_REGION.get(region, DEFAULT_CURRENCY)
