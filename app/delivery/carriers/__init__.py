"""The last metre: how one text is handed to a carrier. Only this folder knows Twilio."""
