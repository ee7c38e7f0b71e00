"""The countries of phone numbers, by their calling codes."""

import re
from collections.abc import Mapping

_NUMBER_PATTERN = re.compile(r"\+[1-9][0-9]{1,14}")
_LONGEST_CODE = 3

COUNTRIES: Mapping[str, str] = {
    **{"1": "US", "7": "RU", "20": "EG", "27": "ZA", "30": "GR", "31": "NL", "32": "BE", "33": "FR", "34": "ES"},
    **{"36": "HU", "39": "IT", "40": "RO", "41": "CH", "43": "AT", "44": "GB", "45": "DK", "46": "SE", "47": "NO"},
    **{"48": "PL", "49": "DE", "51": "PE", "52": "MX", "53": "CU", "54": "AR", "55": "BR", "56": "CL", "57": "CO"},
    **{"58": "VE", "60": "MY", "61": "AU", "62": "ID", "63": "PH", "64": "NZ", "65": "SG", "66": "TH", "81": "JP"},
    **{"82": "KR", "84": "VN", "86": "CN", "90": "TR", "91": "IN", "92": "PK", "93": "AF", "94": "LK", "95": "MM"},
    **{"98": "IR", "211": "SS", "212": "MA", "213": "DZ", "216": "TN", "218": "LY", "220": "GM", "221": "SN"},
    **{"225": "CI", "233": "GH", "234": "NG", "237": "CM", "249": "SD", "250": "RW", "251": "ET", "254": "KE"},
    **{"255": "TZ", "256": "UG", "258": "MZ", "260": "ZM", "263": "ZW", "264": "NA", "267": "BW", "351": "PT"},
    **{"352": "LU", "353": "IE", "354": "IS", "355": "AL", "356": "MT", "357": "CY", "358": "FI", "359": "BG"},
    **{"370": "LT", "371": "LV", "372": "EE", "373": "MD", "374": "AM", "375": "BY", "376": "AD", "377": "MC"},
    **{"380": "UA", "381": "RS", "382": "ME", "385": "HR", "386": "SI", "387": "BA", "389": "MK", "420": "CZ"},
    **{"421": "SK", "423": "LI", "501": "BZ", "502": "GT", "503": "SV", "504": "HN", "505": "NI", "506": "CR"},
    **{"507": "PA", "509": "HT", "591": "BO", "593": "EC", "595": "PY", "598": "UY", "673": "BN", "675": "PG"},
    **{"679": "FJ", "852": "HK", "853": "MO", "855": "KH", "856": "LA", "880": "BD", "886": "TW", "960": "MV"},
    **{"961": "LB", "962": "JO", "963": "SY", "964": "IQ", "965": "KW", "966": "SA", "967": "YE", "968": "OM"},
    **{"970": "PS", "971": "AE", "972": "IL", "973": "BH", "974": "QA", "975": "BT", "976": "MN", "977": "NP"},
    **{"992": "TJ", "993": "TM", "994": "AZ", "995": "GE", "996": "KG", "998": "UZ"},
}
"""ISO 3166 codes by calling code. +1 stands for the largest of its countries, and so does +7."""


def is_phone_number(address: str) -> bool:
    """Return True for a number in E.164, False for a client, a SIP address and others."""
    return _NUMBER_PATTERN.fullmatch(address) is not None


def find_country(number: str) -> str:
    """Return the ISO 3166 code of a number's country; empty if its calling code is not in the table."""
    digits = number.removeprefix("+")
    prefixes = (digits[:length] for length in range(_LONGEST_CODE, 0, -1))
    return next((COUNTRIES[prefix] for prefix in prefixes if prefix in COUNTRIES), "")
