"""Writing to threads, and what people answer in them."""
