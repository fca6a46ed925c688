"""Statuses as a person reads and hears them."""

from html.parser import HTMLParser


class Text(HTMLParser):
    """The text of a piece of HTML, its tags and the role that screen readers hear."""

    def __init__(self, markup):
        super().__init__()
        self.text, self.tags, self.role = "", [], None
        self.feed(markup)

    def handle_starttag(self, tag, attributes):
        """Take down a tag."""
        self.tags.append(tag)
        self.role = self.role or dict(attributes).get("role")

    def handle_data(self, data):
        """Take down text."""
        self.text += data
