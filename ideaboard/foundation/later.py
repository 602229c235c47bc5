"""A command whose module is loaded when somebody calls it, so that every start need not load what it alone uses."""

from importlib import import_module

import click


class Later(click.Command):
    """`Later("import-ideas", "ideaboard.transfer.commands:import_ideas", "Bring ideas …")`: name, place, short help."""

    def __init__(self, name: str, place: str, short_help: str):
        super().__init__(name, short_help=short_help)
        self.place = place

    def make_context(self, *arguments, **more) -> click.Context:
        module, _, name = self.place.partition(":")
        return getattr(import_module(module), name).make_context(*arguments, **more)
