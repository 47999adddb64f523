"""The pages: server-rendered, for a browser of any age, over the same services as the commands."""
