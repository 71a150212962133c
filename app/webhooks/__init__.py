"""What the carrier tells us: texts that came in, and receipts. Signature required."""
