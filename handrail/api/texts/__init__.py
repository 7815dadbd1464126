"""Where the text service posts what people text to us."""
