"""How gunicorn takes requests in. Outside `app`: its master process loads this, not the program."""
