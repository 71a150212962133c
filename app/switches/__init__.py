"""Features that an organisation does not use are switched off: nobody sees their pages."""
