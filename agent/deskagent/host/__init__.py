"""A console's requests on a host: start the agent, find it, end it, remove everything.

Standard library only, nothing that an agent needs: this runs before it is known that numpy can be loaded.
Each request is a module with `main(arguments) -> answer`; both are JSON objects, and an answer with the key
`error` is a refusal in one sentence. Launching runs from the deployed folder (`__main__.py`). Probing,
installing and removing must work where that folder is missing, damaged or of another version: the console
sends the same files over stdin then.
"""
