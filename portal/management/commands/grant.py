"""`manage.py grant EMAIL ROLE`: the first administrator of a new machine; afterwards roles are given in the admin."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.accounts import actions, rules
from portal.accounts.models import User
from portal.kit.errors import DomainError


class Command(BaseCommand):
    help = "Gives a role everywhere to a person who has an account. For the first administrator of a new machine."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("role", choices=[role.value for role in rules.Role])

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            raise CommandError(f"Nobody has an account with {options['email']}: sign up in the portal first.")
        try:
            grant = actions.grant_role(user=user, role=options["role"], reason="command line", by=None)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{user.email} holds {grant.role} ({grant.ref}).")
