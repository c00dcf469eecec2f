"""Django's zh_Hans groups by four with nothing between; people here read 8,159."""

THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
