"""Prepared statements over the limits and the totals.

The engine reads the limits and adds to the totals with every tick of forty texts, in the
transaction that arms them. Through the session each of the two took 250 µs, a twentieth of a tick.
"""

from sqlalchemy import bindparam, select

from app.core.prepared_statements import PreparedStatement
from app.sending_limits.models import SendingLimits, SendingTotal

# The columns are the last ones of LimitRules, in that order.
SELECT_LIMITS = PreparedStatement(
    select(
        SendingLimits.person_texts_a_day,
        SendingLimits.person_texts_a_week,
        SendingLimits.day_limit_rule,
        SendingLimits.texts_a_day,
        SendingLimits.budget_a_month,
    )
)
# At most 31 rows for each price of the month.
SELECT_TOTALS = PreparedStatement.as_json(
    select(SendingTotal.day, SendingTotal.price, SendingTotal.texts, SendingTotal.segments).where(
        SendingTotal.carrier == bindparam("carrier_name"),
        SendingTotal.day.between(bindparam("first_day"), bindparam("last_day")),
    )
)
# SQL text: an upsert that adds to what the row has.
ADD_TO_TOTALS = PreparedStatement("""
    INSERT INTO sending_totals (day, carrier, price, texts, segments)
    VALUES (:day, :carrier, :price, :texts, :segments)
    ON CONFLICT (day, carrier, price) DO UPDATE SET
        texts = texts + excluded.texts, segments = segments + excluded.segments
""")
