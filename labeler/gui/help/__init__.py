"""Help: the menu behind the question mark, the documentation, and what the program consists of."""
