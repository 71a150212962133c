"""What the carrier says, stored once and routed in the same transaction."""
