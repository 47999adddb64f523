"""Files that come with replies, and what is taken of them."""
