"""Staff are told of what needs them: by the bell of the pages, e-mail, text, and chats."""
