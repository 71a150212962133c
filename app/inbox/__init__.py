"""The inbox: what people wrote, who sees to it, and what they are answered."""
