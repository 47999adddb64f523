"""Bank holidays in England, from the data that a library carries; the network is never asked."""

from datetime import date
from functools import cache

from govuk_bank_holidays.bank_holidays import BankHolidays

from domain.calendar import BankHoliday


@cache
def bank_holidays_in_england() -> tuple[BankHoliday, ...]:
    """Every bank holiday the library knows, in order, on the day on which it is kept."""
    holidays = BankHolidays(use_cached_holidays=True)
    return tuple(
        BankHoliday(
            date=holiday["date"],
            title=holiday["title"] + (f" ({holiday['notes'].lower()})" if holiday["notes"] else ""),
        )
        for holiday in holidays.get_holidays(division=BankHolidays.ENGLAND_AND_WALES)
    )


def known_years() -> tuple[date, date]:
    """First and last day for which the library knows them. GOV.UK publishes whole years."""
    known = bank_holidays_in_england()
    return date(known[0].date.year, 1, 1), date(known[-1].date.year, 12, 31)
