"""Modules that are only ever sent to a host's Python over stdin: what is asked before anything is deployed.

Standard library only, and of ours what is deployed with the agent for the same purpose (`deskagent.host`),
which is sent along. Nothing of the console imports them.
"""
