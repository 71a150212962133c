"""Rules about sending: statuses, carrier errors, rates, retries, and cost."""
