"""Scripts that are sent to a host's Python over stdin: standard library only, nothing of ours imported.

Each has one `main(arguments) -> answer`; both are JSON objects. An answer with the key `error` is a refusal
in one sentence. `answer.py` is appended to whichever script is sent and does the talking.
"""
