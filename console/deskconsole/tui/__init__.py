"""The terminal user interface, on Textual: application, screens/, widgets/, and their texts in text/."""
