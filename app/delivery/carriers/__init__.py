"""Carrier adapters: Twilio and the sandbox. Nothing else may import twilio."""
