"""The library: the articles people read, as words from files, and who has checked them."""
