"""Modules that are only ever sent to a host's Python over stdin: what is asked before anything is deployed.

They use the standard library, and what is deployed with the agent for the same purpose (`deskagent.host`) and
sent along. Nothing of the console imports them.
"""
