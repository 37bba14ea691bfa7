"""People and organisations, through the actions."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from portal.accounts import actions, rules
from portal.accounts.models import Organisation, User

PASSWORD = "correct-horse-42"
_made = 0


def make_person(email: str = "", *, name: str = "", demo: bool = True, language: str = "ko", verified: bool = True) -> User:
    """Somebody who can sign in with PASSWORD."""
    from allauth.account.models import EmailAddress

    global _made
    _made += 1
    email = email or f"person{_made}@test.example"
    user = User.objects.create_user(email, PASSWORD, name=name or f"사람 {_made}", is_demo=demo, language=language)
    EmailAddress.objects.create(user=user, email=email, verified=verified, primary=True)
    return user


def make_organisation(kind: str = "COMPANY", name_ko: str = "", name_en: str = "") -> Organisation:
    global _made
    _made += 1
    return actions.create_organisation(
        kind=kind, name_ko=name_ko or f"시험 기관 {_made}", name_en=name_en or f"Test organisation {_made}", by=None
    )


def make_member(organisation: Organisation, role: str = "STAFF_MEMBER", *, representative: bool = False, **facts: Any) -> User:
    user = make_person(**facts)
    actions.add_member(organisation=organisation, user=user, is_representative=representative, role=role, by=None)
    return user


def make_staff(role: str, **facts: Any) -> User:
    """Somebody with a role that holds everywhere; a company's or provider's role gets an organisation of its own."""
    user, kind = make_person(**facts), rules.bound_to(role)
    actions.grant_role(user=user, role=role, organisation=make_organisation(kind) if kind else None, by=None)
    return user


def make_pdf(name: str = "계획서.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n", "application/pdf")


def make_zip(members: dict[str, bytes]) -> bytes:
    import zipfile

    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()
