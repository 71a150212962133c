"""Reading segments and audiences, and the people whom they mean."""
