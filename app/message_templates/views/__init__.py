"""The pages of the templates."""
